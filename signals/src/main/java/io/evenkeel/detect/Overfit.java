package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.statistic.SlidingWindow;
import io.evenkeel.statistic.Slope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A held-out loss that rises while the training loss falls.
///
/// - `WATCH`: since its best the held-out loss has risen by [Config#rise], with a slope (Theil-Sen) whose interval lies
///   above 0, and the training loss is below what it was then
/// - `NOTE` with the number of evaluations: a new best
///
/// A held-out loss that rises together with the training loss is [Divergence], not this.
public final class Overfit implements Detector {
    private static final int TRAINING_POINTS = 32;
    private static final int KEPT_EVALUATIONS = 64;

    private final Config config;
    private final SlidingWindow training = new SlidingWindow(TRAINING_POINTS);
    private final ArrayList<Double> since = new ArrayList<>();
    private double best = Double.POSITIVE_INFINITY;
    private double trainingAtBest = Double.NaN;
    private long bestStep;
    private boolean raised;

    /// @param evaluations evaluations after the best that it takes to judge, >= 4
    /// @param rise        least rise over the best, as a share of it, > 0
    public record Config(int evaluations, double rise) {
        public Config {
            Bounds.atLeast("evaluations", evaluations, 4);
            Bounds.above("rise", rise, 0);
        }

        /// 5 evaluations, 1 % (unverified).
        public static Config defaults() {
            return new Config(5, 0.01);
        }
    }

    public Overfit(Config config) {
        this.config = config;
    }

    private record State(
            SlidingWindow.State training,
            List<Double> since,
            double best,
            double trainingAtBest,
            long bestStep,
            boolean raised) {}

    @Override
    public List<Event> observe(Readings readings) {
        double loss = readings.get(SeriesNames.LOSS);
        if (Double.isFinite(loss)) {
            training.add(loss);
        }
        double heldOut = readings.get(SeriesNames.VAL_LOSS);
        if (!Double.isFinite(heldOut)) {
            return List.of();
        }
        long step = readings.step();
        if (heldOut < best) {
            var events = raised ? List.of(newBest(step, heldOut)) : List.<Event>of();
            best = heldOut;
            bestStep = step;
            trainingAtBest = training.median();
            since.clear();
            raised = false;
            return events;
        }
        since.add(heldOut);
        if (since.size() > KEPT_EVALUATIONS) {
            since.removeFirst();
        }
        if (raised || since.size() < config.evaluations()) {
            return List.of();
        }
        double level = since.get(since.size() - 2) < heldOut ? since.get(since.size() - 2) : heldOut;
        var slope = Slope.of(since.stream().mapToDouble(Double::doubleValue).toArray());
        boolean rises = level >= best + config.rise() * Math.abs(best) && slope.rises();
        if (!rises || !(training.median() < trainingAtBest)) {
            return List.of();
        }
        raised = true;
        return List.of(new Event(
                EventKind.OVERFIT,
                step,
                bestStep,
                Severity.WATCH,
                0.8,
                SeriesNames.VAL_LOSS,
                Evidence.of(
                        "held-out loss has risen to %s from %s at step %d, while the training loss fell to %s from %s",
                        Evidence.number(heldOut),
                        Evidence.number(best),
                        bestStep,
                        Evidence.number(training.median()),
                        Evidence.number(trainingAtBest)),
                Map.of("value", heldOut, "best", best, "slope", slope.slope())));
    }

    private Event newBest(long step, double heldOut) {
        return new Event(
                EventKind.OVERFIT,
                step,
                bestStep,
                Severity.NOTE,
                0.9,
                SeriesNames.VAL_LOSS,
                Evidence.of("held-out loss is at a new best of %s", Evidence.number(heldOut)),
                Map.of(Event.RECOVERED_AFTER, (double) since.size(), "value", heldOut));
    }

    @Override
    public JsonNode state() {
        return States.of(new State(training.state(), List.copyOf(since), best, trainingAtBest, bestStep, raised));
    }

    @Override
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        training.restore(saved.training());
        since.clear();
        since.addAll(saved.since());
        best = saved.best();
        trainingAtBest = saved.trainingAtBest();
        bestStep = saved.bestStep();
        raised = saved.raised();
    }
}
