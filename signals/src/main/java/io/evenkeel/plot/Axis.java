package io.evenkeel.plot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One axis of a figure.
///
/// @param label      what it shows; may be empty
/// @param unit       unit of the values; empty for none
/// @param kind       how values are laid out
/// @param low        where it begins; null to follow the data
/// @param high       where it ends; null to follow the data
/// @param ticks      where its ticks are; empty to choose them
/// @param categories names of the positions 0, 1, 2 ... for [Kind#CATEGORIES]
public record Axis(
        String label,
        String unit,
        Kind kind,
        @Nullable Double low,
        @Nullable Double high,
        List<Double> ticks,
        List<String> categories) {
    /// How values are laid out.
    public enum Kind {
        /// Equal differences are equally far.
        LINEAR,
        /// Linear, and written in percent: 0.5 is `50%`.
        PERCENT,
        /// Equal ratios are equally far. Values <= 0 cannot be drawn; they are counted.
        LOG,
        /// Named positions at equal distances.
        CATEGORIES
    }

    public Axis {
        if (low != null && high != null && !(low < high)) {
            throw new IllegalArgumentException("high must be > " + low + " but was " + high);
        }
        if (kind == Kind.LOG && ((low != null && low <= 0) || (high != null && high <= 0))) {
            throw new IllegalArgumentException("low must be > 0 on a logarithmic axis but was " + low);
        }
        if ((kind == Kind.CATEGORIES) == categories.isEmpty()) {
            throw new IllegalArgumentException(
                    "categories must be given exactly for an axis of categories but was " + categories);
        }
        ticks = List.copyOf(ticks);
        categories = List.copyOf(categories);
    }

    private static Axis of(String label, Kind kind, List<String> categories) {
        return new Axis(label, "", kind, null, null, List.of(), categories);
    }

    /// An axis of kind [Kind#LINEAR].
    public static Axis linear(String label) {
        return of(label, Kind.LINEAR, List.of());
    }

    /// An axis of kind [Kind#PERCENT].
    public static Axis percent(String label) {
        return of(label, Kind.PERCENT, List.of());
    }

    /// An axis of kind [Kind#LOG].
    public static Axis log(String label) {
        return of(label, Kind.LOG, List.of());
    }

    /// An axis of kind [Kind#CATEGORIES].
    public static Axis categories(String label, List<String> names) {
        return of(label, Kind.CATEGORIES, names);
    }

    /// The same axis with a unit.
    public Axis unit(String unit) {
        return new Axis(label, unit, kind, low, high, ticks, categories);
    }

    /// The same axis from `low` to `high`.
    public Axis range(double low, double high) {
        return new Axis(label, unit, kind, low, high, ticks, categories);
    }

    /// The same axis from `low` on.
    public Axis from(double low) {
        return new Axis(label, unit, kind, low, high, ticks, categories);
    }

    /// The same axis with ticks at these values.
    public Axis ticks(List<Double> ticks) {
        return new Axis(label, unit, kind, low, high, ticks, categories);
    }

    /// Label and unit as one text.
    String caption() {
        if (unit.isEmpty()) {
            return label;
        }
        return label.isEmpty() ? unit : label + " (" + unit + ")";
    }
}
