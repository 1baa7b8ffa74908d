package io.evenkeel.log;

import io.evenkeel.InputException;
import io.evenkeel.metric.SeriesNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How logs are read.
///
/// @param map     the source's name by series: a name of [SeriesNames], or [#STEP] or [#TIME]
/// @param groupBy columns whose values tell the runs of one file apart; empty lets names like `run_id` decide
/// @param follow  whether [LogSource#read] will be repeated: a last record without its end then waits for it
public record LogOptions(Map<String, String> map, List<String> groupBy, boolean follow, Limits limits) {
    /// The key of [#map] for the column that counts the steps.
    public static final String STEP = "step";
    /// The key of [#map] for the column with the time.
    public static final String TIME = "time";

    private static final Map<String, String> SHORT = Map.ofEntries(
            Map.entry("train-loss", SeriesNames.LOSS),
            Map.entry("val-loss", SeriesNames.VAL_LOSS),
            Map.entry("val-accuracy", SeriesNames.VAL_ACCURACY),
            Map.entry("grad-norm", SeriesNames.GRAD_NORM),
            Map.entry("learning-rate", SeriesNames.LR),
            Map.entry("loss-scale", SeriesNames.LOSS_SCALE),
            Map.entry("param-norm", SeriesNames.PARAM_NORM),
            Map.entry("update-norm", SeriesNames.UPDATE_NORM),
            Map.entry("tokens-per-second", SeriesNames.TOKENS_PER_SECOND),
            Map.entry("step-ms", SeriesNames.STEP_MILLIS));

    public LogOptions {
        map = Map.copyOf(map);
        groupBy = List.copyOf(groupBy);
    }

    /// Everything is guessed; files do not grow.
    public static LogOptions defaults() {
        return new LogOptions(Map.of(), List.of(), false, Limits.defaults());
    }

    /// The assignments of a command line.
    ///
    /// @param assignments such as `loss=train/nll`; the left side is a series, or short such as `val-loss`,
    /// `grad-norm`
    /// @throws InputException when one is no assignment
    public static Map<String, String> parseMap(List<String> assignments) {
        var map = new LinkedHashMap<String, String>();
        for (var assignment : assignments) {
            var at = assignment.indexOf('=');
            if (at < 1 || at == assignment.length() - 1) {
                throw new InputException("map must be SERIES=COLUMN but was '" + assignment + "'");
            }
            var series = assignment.substring(0, at).strip();
            var key = SHORT.getOrDefault(series.toLowerCase(Locale.ROOT).replace('_', '-'), series);
            map.put(key, assignment.substring(at + 1).strip());
        }
        return map;
    }

    public LogOptions withMap(Map<String, String> changed) {
        return new LogOptions(changed, groupBy, follow, limits);
    }

    public LogOptions withGroupBy(List<String> changed) {
        return new LogOptions(map, changed, follow, limits);
    }

    public LogOptions withFollow(boolean changed) {
        return new LogOptions(map, groupBy, changed, limits);
    }

    public LogOptions withLimits(Limits changed) {
        return new LogOptions(map, groupBy, follow, changed);
    }

    /// What a hostile or mistaken input may cost.
    ///
    /// @param lineBytes     longer lines are passed over
    /// @param unpackedBytes a compressed file may become
    /// @param ratio         of unpacked to packed bytes, judged after the first [#RATIO_FREE_BYTES]
    /// @param depth         directories below the one that is searched
    /// @param files         looked at in a search
    /// @param runs          of one file
    /// @param series        of one run
    public record Limits(int lineBytes, long unpackedBytes, int ratio, int depth, int files, int runs, int series) {
        /// Unpacked bytes that are not judged by their ratio: a short log of equal lines packs very well.
        public static final long RATIO_FREE_BYTES = 64L << 20;

        public static Limits defaults() {
            return new Limits(1 << 20, 32L << 30, 250, 12, 20_000, 100_000, 10_000);
        }
    }
}
