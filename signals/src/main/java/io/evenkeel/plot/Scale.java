package io.evenkeel.plot;

import io.evenkeel.plot.Axis.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/// An [Axis] over the extent of its data: values to positions in [0, 1], and ticks.
final class Scale {
    private final Axis axis;
    private final double low;
    private final double high;
    private final double step;

    /// A tick.
    ///
    /// @param value where it is
    /// @param label what is written at it
    record Tick(double value, String label) {}

    /// @param dataLow  smallest value of the data, NaN for none
    /// @param dataHigh largest value of the data, NaN for none
    /// @param widen    whether an end that follows the data is moved out to the next tick
    /// @param wanted   about how many ticks
    Scale(Axis axis, double dataLow, double dataHigh, boolean widen, int wanted) {
        this.axis = axis;
        if (axis.kind() == Kind.CATEGORIES) {
            low = -0.5;
            high = axis.categories().size() - 0.5;
            step = 1;
            return;
        }
        var none = Double.isNaN(dataLow) || Double.isNaN(dataHigh);
        double from = axis.low() != null ? axis.low() : none ? (axis.kind() == Kind.LOG ? 1 : 0) : dataLow;
        double to = axis.high() != null ? axis.high() : none ? (axis.kind() == Kind.LOG ? 10 : 1) : dataHigh;
        if (axis.kind() == Kind.LOG) {
            if (!(from < to)) {
                from = axis.low() != null ? from : to / 2;
                to = axis.high() != null ? to : from * 4;
            }
            step = 0;
            low = widen && axis.low() == null ? nextDown(from) : from;
            high = widen && axis.high() == null ? nextUp(to) : to;
            return;
        }
        if (!(from < to)) {
            var room = Math.max(Math.abs(from) * 0.05, 1e-12);
            from = axis.low() != null ? from : to - room;
            to = axis.high() != null ? to : from + 2 * room;
        }
        step = niceStep((to - from) / Math.max(2, wanted));
        low = widen && axis.low() == null ? Math.floor(from / step + 1e-9) * step : from;
        high = widen && axis.high() == null ? Math.ceil(to / step - 1e-9) * step : to;
    }

    /// The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `least`.
    static double niceStep(double least) {
        var power = Math.pow(10, Math.floor(Math.log10(least)));
        for (var digit : new double[] {1, 2, 2.5, 5}) {
            if (digit * power >= least * (1 - 1e-9)) {
                return digit * power;
            }
        }
        return 10 * power;
    }

    private static double nextDown(double value) {
        var power = Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
        var digit = value / power * (1 + 1e-9);
        return (digit >= 5 ? 5 : digit >= 3 ? 3 : digit >= 2 ? 2 : digit >= 1.5 ? 1.5 : 1) * power;
    }

    private static double nextUp(double value) {
        var power = Math.pow(10, Math.floor(Math.log10(value) - 1e-9));
        var digit = value / power * (1 - 1e-9);
        return (digit <= 1.5 ? 1.5 : digit <= 2 ? 2 : digit <= 3 ? 3 : digit <= 5 ? 5 : digit <= 7 ? 7 : 10) * power;
    }

    Axis axis() {
        return axis;
    }

    double low() {
        return low;
    }

    double high() {
        return high;
    }

    /// Whether a value has a position at all.
    boolean drawable(double value) {
        return Double.isFinite(value) && (axis.kind() != Kind.LOG || value > 0);
    }

    /// 0 at the beginning of the axis, 1 at its end, beyond them outside.
    double at(double value) {
        if (axis.kind() == Kind.LOG) {
            return Math.log(value / low) / Math.log(high / low);
        }
        return (value - low) / (high - low);
    }

    /// The ticks in ascending order.
    List<Tick> ticks(int wanted) {
        if (!axis.ticks().isEmpty()) {
            return axis.ticks().stream()
                    .filter(value -> at(value) >= -1e-9 && at(value) <= 1 + 1e-9)
                    .map(value -> new Tick(value, label(value)))
                    .toList();
        }
        return switch (axis.kind()) {
            case CATEGORIES -> {
                var ticks = new ArrayList<Tick>();
                for (int i = 0; i < axis.categories().size(); i++) {
                    ticks.add(new Tick(i, axis.categories().get(i)));
                }
                yield ticks;
            }
            case LOG -> logTicks(wanted);
            case LINEAR, PERCENT -> linearTicks();
        };
    }

    private List<Tick> linearTicks() {
        var ticks = new ArrayList<Tick>();
        for (var i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(new Tick(i * step, label(i * step)));
        }
        return ticks;
    }

    /// Whole powers of ten, thinned when there are many; with 2 and 5 between them when there are few; a linear
    /// division when the axis holds less than that.
    private List<Tick> logTicks(int wanted) {
        int first = (int) Math.ceil(Math.log10(low) - 1e-9);
        int last = (int) Math.floor(Math.log10(high) + 1e-9);
        int every = Math.max(1, (int) Math.ceil((last - first + 1) / (double) Math.max(2, wanted)));
        var digits = 3 * (last - first + 1) <= wanted + 2 ? new int[] {1, 2, 5} : new int[] {1};
        var ticks = new ArrayList<Tick>();
        for (int exponent = first - 1; exponent <= last; exponent++) {
            if (Math.floorMod(exponent, every) == 0) {
                for (var digit : digits) {
                    var value =
                            new BigDecimal(digit).scaleByPowerOfTen(exponent).doubleValue();
                    if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) {
                        ticks.add(new Tick(value, Numbers.value(value)));
                    }
                }
            }
        }
        if (ticks.size() < 2) {
            ticks.clear();
            var linear = niceStep((high - low) / Math.max(2, wanted));
            for (var i = Math.ceil(low / linear - 1e-9); i * linear <= high * (1 + 1e-9); i++) {
                ticks.add(new Tick(i * linear, Numbers.tick(i * linear, linear, high)));
            }
        }
        return ticks;
    }

    private String label(double value) {
        return switch (axis.kind()) {
            case LOG, CATEGORIES -> Numbers.value(value);
            case PERCENT -> Numbers.tick(100 * value, tickStep() * 100, 100 * largest()) + "%";
            case LINEAR -> Numbers.tick(value, tickStep(), largest());
        };
    }

    private double largest() {
        return Math.max(Math.abs(low), Math.abs(high));
    }

    private double tickStep() {
        if (axis.ticks().size() < 2) {
            return step;
        }
        var smallest = Double.MAX_VALUE;
        for (int i = 1; i < axis.ticks().size(); i++) {
            smallest = Math.min(
                    smallest, Math.abs(axis.ticks().get(i) - axis.ticks().get(i - 1)));
        }
        return smallest;
    }
}
