package io.evenkeel.number;

/// Reduces exponent and mantissa by integer operations on the bits of FLOAT32, which are exact at powers of two.
record FloatBits(NumberFormat.FloatingPoint format) implements NumberFormat.Pass {
    private static final int SIGN = 0x80000000;
    private static final int INFINITY = 0x7f800000;
    private static final int MANTISSA = 23;

    @Override
    public void run(Floats floats) {
        var drop = MANTISSA - format.mantissa();
        var mask = -1 << drop;
        var half = drop == 0 ? 0 : (1 << (drop - 1)) - 1;
        var largest = Float.floatToRawIntBits((float) format.largest());
        var least = Float.floatToRawIntBits((float) format.least());
        var quantum = format.least() * Math.scalb(1.0, -format.mantissa());
        var scale = format.scaled() ? scale(floats) : 1f;
        var stochastic = format.rounding() == Rounding.STOCHASTIC && floats.random() != null;
        var nearest = format.rounding() != Rounding.TRUNCATE && !stochastic;
        var noise = floats.noise();
        var flushed = 0L;
        var saturated = 0L;
        for (var i = 0L; i < floats.n(); i++) {
            var bits = Float.floatToRawIntBits(floats.get(i) * scale);
            var size = bits & ~SIGN;
            if (size >= INFINITY) {
                floats.set(i, floats.get(i));
                continue;
            }
            int reduced;
            if (size < least) {
                reduced = format.subnormals()
                        ? subnormal(size, quantum, stochastic ? noise.unit(i) : nearest ? 0.5f : 0)
                        : 0;
                flushed += reduced == 0 && size != 0 ? 1 : 0;
            } else {
                if (stochastic) {
                    size += noise.bits(i) & ~mask;
                } else if (nearest && drop > 0) {
                    size += half + ((size >>> drop) & 1);
                }
                reduced = size & mask;
                if (reduced > largest) {
                    reduced = largest;
                    saturated++;
                }
            }
            floats.set(i, Float.intBitsToFloat(reduced | (bits & SIGN)) / scale);
        }
        if (floats.tally() != null) {
            floats.tally().add(floats.n(), flushed, saturated);
        }
    }

    /// A multiple of the quantum; ties go to the even one.
    ///
    /// @param shift added before cutting off; 0.5 for the nearest
    private static int subnormal(int size, double quantum, float shift) {
        var multiple = Float.intBitsToFloat(size) / quantum;
        var whole = shift == 0.5f ? Math.rint(multiple) : Math.floor(multiple + shift);
        return Float.floatToRawIntBits((float) (whole * quantum));
    }

    /// The power of two below that which makes the greatest magnitude the largest number, so that scaling is exact;
    /// 1 for zeros.
    private float scale(Floats floats) {
        var most = 0f;
        for (var i = 0L; i < floats.n(); i++) {
            var size = Math.abs(floats.get(i));
            most = size < Float.POSITIVE_INFINITY ? Math.max(most, size) : most;
        }
        return most == 0
                ? 1
                : (float) Math.scalb(1.0, Math.clamp(Math.getExponent(format.largest() / most), -126, 126));
    }
}
