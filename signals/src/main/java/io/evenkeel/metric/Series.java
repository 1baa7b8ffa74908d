package io.evenkeel.metric;

import java.nio.charset.StandardCharsets;

/// What is known of a series besides its values.
///
/// @param name      path of the series, see [SeriesNames]; at most [#MAX_NAME_BYTES] bytes of UTF-8
/// @param unit      unit of the values, empty for a plain number
/// @param better    which direction is the better one
/// @param aggregate how many values of it become one
public record Series(String name, String unit, Better better, Aggregate aggregate) {
    /// The longest name in bytes of UTF-8.
    public static final int MAX_NAME_BYTES = 1_000;

    public Series {
        if (name.isBlank() || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "series name must have 1 to " + MAX_NAME_BYTES + " bytes but was '" + name + "'");
        }
    }

    /// Which direction is the better one.
    public enum Better {
        NONE,
        MIN,
        MAX
    }

    /// How many values of a series become one.
    public enum Aggregate {
        LAST,
        MEAN,
        MIN,
        MAX,
        SUM
    }

    /// The series of that name as the program knows it: losses are nats and better when small, and so on.
    public static Series of(String name) {
        return switch (name) {
            case SeriesNames.LOSS, SeriesNames.VAL_LOSS -> new Series(name, "nats", Better.MIN, Aggregate.MEAN);
            case SeriesNames.CROSS_ENTROPY, SeriesNames.Z_LOSS -> new Series(name, "nats", Better.NONE, Aggregate.MEAN);
            case SeriesNames.VAL_ACCURACY -> new Series(name, "", Better.MAX, Aggregate.MEAN);
            case SeriesNames.TOKENS_PER_SECOND -> new Series(name, "1/s", Better.MAX, Aggregate.MEAN);
            case SeriesNames.STEP_MILLIS -> new Series(name, "ms", Better.MIN, Aggregate.MEAN);
            case SeriesNames.TOKENS, SeriesNames.STORE_DROPPED -> new Series(name, "", Better.NONE, Aggregate.MAX);
            case SeriesNames.GRAD_NONFINITE -> new Series(name, "", Better.NONE, Aggregate.SUM);
            case SeriesNames.MAX_ATTENTION_LOGIT -> new Series(name, "", Better.NONE, Aggregate.MAX);
            case SeriesNames.MIN_ATTENTION_ENTROPY -> new Series(name, "nats", Better.NONE, Aggregate.MIN);
            default -> new Series(name, "", Better.NONE, Aggregate.LAST);
        };
    }
}
