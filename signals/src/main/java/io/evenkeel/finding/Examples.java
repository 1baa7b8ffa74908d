package io.evenkeel.finding;

import io.evenkeel.detect.EventKind;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A made-up run a kind of finding that shows it: the pictures of `docs/reference/findings.md`, and what tests show the
/// detectors.
final class Examples {
    private static final int POINTS = 400;
    private static final int AT = 250;

    private static final Map<EventKind, Example> ALL = all();

    private Examples() {}

    /// A value of a series.
    @FunctionalInterface
    private interface Value {
        /// @param t     the point, from 0
        /// @param noise standard normal
        double at(int t, double noise);
    }

    /// A made-up run.
    ///
    /// @param shown  the series that the picture shows
    /// @param points its readings
    record Example(String shown, List<Readings> points) {}

    static Example of(EventKind kind) {
        return Objects.requireNonNull(ALL.get(kind), kind.label());
    }

    private static Map<EventKind, Example> all() {
        var all = new EnumMap<EventKind, Example>(EventKind.class);
        for (var kind : EventKind.values()) {
            all.put(kind, example(kind));
        }
        return all;
    }

    private static double loss(int t, double noise) {
        return 2 + 3 / (1 + t / 20.0) + 0.02 * noise;
    }

    private static double bump(int t, int length, double height) {
        return t >= AT && t < AT + length ? height : 0;
    }

    private static Example example(EventKind kind) {
        return switch (kind) {
            case NON_FINITE -> run(SeriesNames.LOSS, (t, n) -> t >= 396 ? Double.NaN : loss(t, n));
            case LOSS_SPIKE -> run(SeriesNames.LOSS, (t, n) -> loss(t, n) + bump(t, 10, 1.5 - 0.15 * (t - AT)));
            case GRADIENT_SPIKE -> withLoss(SeriesNames.GRAD_NORM, (t, n) -> (1 + bump(t, 2, 80)) * Math.exp(0.1 * n));
            case DIVERGENCE -> run(SeriesNames.LOSS, (t, n) -> loss(t, n) + (t < AT ? 0 : 0.02 * (t - AT)));
            case PLATEAU -> run(SeriesNames.LOSS, (t, n) -> 2 + 3 * Math.exp(-t / 15.0) + 0.01 * n);
            case STUCK -> run(SeriesNames.LOSS, (_, n) -> 6.9 + 0.02 * n);
            case LOGIT_GROWTH ->
                withLoss(SeriesNames.MAX_ATTENTION_LOGIT, (t, n) -> 10 * Math.exp(t / 50.0) * (1 + 0.02 * n));
            case OUTPUT_LOGIT_DRIFT -> withLoss(SeriesNames.LOG_Z, (t, n) -> -0.4 * t + 0.2 * n);
            case ENTROPY_COLLAPSE ->
                withLoss(
                        SeriesNames.ATTENTION_ENTROPY_MEAN + "/blocks.3",
                        (t, n) -> t < AT ? 0.6 + 0.01 * n : Math.max(0.02, 0.6 - 0.02 * (t - AT)));
            case DEAD_UNITS ->
                withLoss(
                        SeriesNames.DEAD_UNITS + "/blocks.3",
                        (t, _) -> t < AT ? 0.05 : Math.min(0.95, 0.01 * (t - AT)));
            case RANK_COLLAPSE ->
                withLoss(
                        SeriesNames.ACTIVATION_RANK + "/blocks.3",
                        (t, n) -> t < AT ? 60 + n : Math.max(1.2, 60 - (t - AT)));
            case UPDATE_RATIO ->
                withLoss(SeriesNames.UPDATE_RATIO, (t, n) -> (t < AT ? 1e-3 : 0.3) * Math.exp(0.1 * n));
            case EDGE_OF_STABILITY -> withLoss(SeriesNames.SHARPNESS_RATIO, (t, n) -> t / 200.0 + 0.02 * n);
            case LOSS_SCALE_DEATH ->
                withLoss(
                        SeriesNames.LOSS_SCALE,
                        (t, _) -> t < AT ? 65_536 : 65_536 / Math.pow(2, Math.min(16, (t - AT) / 4)));
            case PRECISION_LOSS ->
                withLoss(SeriesNames.PRECISION + "/fp16_overflow/blocks.3", (t, _) -> t < AT ? 0 : 1e-4 * (t - AT));
            case OVERFIT -> withLoss(SeriesNames.VAL_LOSS, (t, n) -> loss(t, n) + (t < AT ? 0 : 0.004 * (t - AT)));
            case STABILITY_GAP ->
                withLoss(SeriesNames.VAL_LOSS, (t, n) -> loss(t, 0.2 * n) + bump(t, 40, 0.6 - 0.015 * (t - AT)));
            case THROUGHPUT_DECAY ->
                withLoss(SeriesNames.TOKENS_PER_SECOND, (t, n) -> (t < AT ? 50_000 : 42_000) * (1 + 0.01 * n));
            case STRAGGLER ->
                withLoss(SeriesNames.WORKER_STEP_MILLIS + "/2", (t, n) -> (t < AT ? 100 : 112) * (1 + 0.01 * n));
            case HANG -> withLoss(SeriesNames.WORKER_HEARTBEAT_AGE + "/2", (t, _) -> t < AT ? 1 : 1 + 0.2 * (t - AT));
            case DRIFT ->
                withLoss(SeriesNames.GRAD_NORM, (t, n) -> (t < AT ? 1 : 1 + 0.1 * (t - AT)) * Math.exp(0.05 * n));
        };
    }

    private static Example run(String series, Value value) {
        return make(Map.of(series, value), series);
    }

    private static Example withLoss(String series, Value value) {
        var values = new LinkedHashMap<String, Value>();
        values.put(SeriesNames.LOSS, Examples::loss);
        values.put(series, value);
        if (series.startsWith(SeriesNames.WORKER_STEP_MILLIS)) {
            for (var rank : List.of(0, 1, 3)) {
                values.put(SeriesNames.WORKER_STEP_MILLIS + "/" + rank, (_, n) -> 100 * (1 + 0.01 * n));
            }
        }
        if (series.equals(SeriesNames.VAL_LOSS)) {
            values.put(SeriesNames.DATA_PHASE, (t, _) -> t < AT ? 0 : 1);
        }
        return make(values, series);
    }

    private static Example make(Map<String, Value> values, String shown) {
        var random = RandomStream.of(1, "examples");
        var points = new ArrayList<Readings>();
        for (var t = 0; t < POINTS; t++) {
            var readings = new Readings(t + 1L, 1e9 + t);
            for (var entry : values.entrySet()) {
                var every = entry.getKey().equals(SeriesNames.VAL_LOSS) ? 5 : 1;
                var noise = random.nextGaussian();
                if (t % every == 0) {
                    readings.put(entry.getKey(), entry.getValue().at(t, noise));
                }
            }
            points.add(readings);
        }
        return new Example(shown, List.copyOf(points));
    }
}
