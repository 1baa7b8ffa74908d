package io.evenkeel.log;

import java.math.BigInteger;

/// Turns `w * 10^q` into the nearest double by one multiplication of 64 by 128 bits: the algorithm of Eisel and Lemire
/// (D. Lemire, "Number parsing at a gigabyte per second", Software: Practice and Experience 51(8), 2021). In the rare
/// case that the product does not decide the rounding it says so.
final class PowersOfFive {
    /// The largest power of ten that is in the table, either sign.
    static final int LARGEST = 80;

    private static final int BIAS = 1023;
    private static final int FRACTION_BITS = 52;
    /// The bits of the product below those of the fraction and of the rounding.
    private static final int SPARE = 64 - FRACTION_BITS - 3;
    private static final long[] HIGH = new long[2 * LARGEST + 1];
    private static final long[] LOW = new long[2 * LARGEST + 1];

    static {
        for (var q = -LARGEST; q <= LARGEST; q++) {
            var power = power(q);
            HIGH[q + LARGEST] = power.shiftRight(64).longValue();
            LOW[q + LARGEST] = power.longValue();
        }
    }

    private PowersOfFive() {}

    /// The first 128 bits of 5^q, cut off; of an inverse, rounded up.
    private static BigInteger power(int q) {
        var five = BigInteger.valueOf(5).pow(Math.abs(q));
        if (q >= 0) {
            var shift = 128 - five.bitLength();
            return shift >= 0 ? five.shiftLeft(shift) : five.shiftRight(-shift);
        }
        var bits = five.subtract(BigInteger.ONE).bitLength();
        var scale = q >= -27 ? bits + 127 : 2 * bits + 128;
        var inverse = BigInteger.ONE.shiftLeft(scale).divide(five).add(BigInteger.ONE);
        return inverse.shiftRight(Math.max(0, inverse.bitLength() - 128));
    }

    /// @param w positive
    /// @param q at most [#LARGEST] either way
    /// @return NaN when it cannot be told
    static double scale(long w, int q) {
        var zeros = Long.numberOfLeadingZeros(w);
        var shifted = w << zeros;
        var high = Math.unsignedMultiplyHigh(shifted, HIGH[q + LARGEST]);
        var low = shifted * HIGH[q + LARGEST];
        if ((high & ((1L << SPARE) - 1)) == (1L << SPARE) - 1) {
            var more = Math.unsignedMultiplyHigh(shifted, LOW[q + LARGEST]);
            low += more;
            high += Long.compareUnsigned(low, more) < 0 ? 1 : 0;
        }
        if (low == -1 && (q < -27 || q > 55)) {
            return Double.NaN;
        }
        var upper = (int) (high >>> 63);
        var mantissa = high >>> (upper + SPARE);
        var exponent = ((217706 * q) >> 16) + 63 + upper - zeros + BIAS;
        if (exponent <= 0 || exponent >= 2 * BIAS) {
            return Double.NaN;
        }
        // Exactly between two doubles: to the even one.
        if (Long.compareUnsigned(low, 1) <= 0
                && q >= -4
                && q <= 23
                && (mantissa & 3) == 1
                && mantissa << (upper + SPARE) == high) {
            mantissa &= ~1L;
        }
        mantissa = (mantissa + (mantissa & 1)) >>> 1;
        if (mantissa == 2L << FRACTION_BITS) {
            mantissa = 1L << FRACTION_BITS;
            exponent++;
        }
        return Double.longBitsToDouble((mantissa & ((1L << FRACTION_BITS) - 1)) | ((long) exponent << FRACTION_BITS));
    }
}
