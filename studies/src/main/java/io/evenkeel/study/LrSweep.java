package io.evenkeel.study;

import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.statistic.LrSensitivity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Arms over a grid of peak learning rates and seeds: their sensitivity, and the figure that it must be read with.
///
/// @param results trials with the factor [#LR], and [Training#INITIAL] and [Training#FINAL] measured
/// @paper P40
public record LrSweep(Results results) {
    /// The factor.
    public static final String LR = "lr";

    /// Learning-rate sensitivity of an arm with each of its seeds, ascending; a seed whose grid is not complete is left
    /// out.
    public List<LrSensitivity> sensitivities(String arm) {
        var trials = results.arm(arm);
        var grid = trials.levels(LR);
        var sensitivities = new ArrayList<LrSensitivity>();
        for (var seed : trials.seeds()) {
            var runs = grid.stream()
                    .flatMap(lr -> trials.seed(seed).with(LR, lr).first().stream())
                    .toList();
            if (runs.size() == grid.size()) {
                var initial = runs.getFirst().measured().number(Training.INITIAL);
                sensitivities.add(LrSensitivity.of(
                        runs.stream()
                                .mapToDouble(run -> run.measured().number(Training.FINAL))
                                .toArray(),
                        initial));
            }
        }
        return sensitivities;
    }

    /// The sensitivity of an arm, mean over seeds with its interval.
    public Estimate sensitivity(String arm) {
        return Estimate.mean(values(arm));
    }

    /// How much less sensitive `arm` is than `base`, paired by seed; positive when it is.
    public Estimate gain(String base, String arm) {
        return Estimate.difference(values(base), values(arm));
    }

    /// Sensitivity by seed.
    public double[] values(String arm) {
        return sensitivities(arm).stream().mapToDouble(LrSensitivity::value).toArray();
    }

    /// The least loss of an arm over the grid, chosen on the mean over seeds so that no seed chooses for itself: the
    /// losses of all seeds at that rate.
    public double[] atBest(String arm) {
        var trials = results.arm(arm);
        var best = new double[0];
        for (var lr : trials.levels(LR)) {
            var losses = finals(trials.with(LR, lr));
            if (best.length == 0 || mean(losses) < mean(best)) {
                best = losses;
            }
        }
        return best;
    }

    private static double mean(double[] values) {
        return DoubleStream.of(values).average().orElse(Double.POSITIVE_INFINITY);
    }

    /// Held-out losses as they count: at most the initial one.
    private static double[] finals(Results trials) {
        var losses = trials.numbers(Training.FINAL);
        var initial = trials.numbers(Training.INITIAL);
        return IntStream.range(0, losses.length)
                .mapToDouble(i -> LrSensitivity.capped(losses[i], initial[i]))
                .toArray();
    }

    /// Runs of an arm that ended above their beginning, of all.
    public Estimate diverged(String arm) {
        var trials = results.arm(arm);
        var losses = trials.numbers(Training.FINAL);
        var initial = trials.numbers(Training.INITIAL);
        return Estimate.share(
                IntStream.range(0, losses.length).filter(i -> !(losses[i] < initial[i])).count(), losses.length);
    }

    /// Loss over learning rate with a line an arm and a band from the best to the worst seed.
    public Chart chart(String title, String subtitle) {
        return chart(title, subtitle, results.arms());
    }

    /// The same for some arms.
    public Chart chart(String title, String subtitle, List<String> arms) {
        var chart = Chart.titled(title).subtitle(subtitle).x(Axis.log("peak learning rate")).y(Axis.linear("held-out loss").unit("nats"));
        for (var arm : arms) {
            var trials = results.arm(arm);
            var grid = trials.levels(LR);
            var x = grid.stream().mapToDouble(Double::parseDouble).toArray();
            var byRate = grid.stream().map(lr -> finals(trials.with(LR, lr))).toList();
            chart = chart.band(
                            arm,
                            x,
                            byRate.stream().mapToDouble(all -> DoubleStream.of(all).min().orElse(Double.NaN)).toArray(),
                            byRate.stream().mapToDouble(all -> DoubleStream.of(all).max().orElse(Double.NaN)).toArray())
                    .line(arm, x, byRate.stream().mapToDouble(LrSweep::mean).toArray());
        }
        return chart.note("diverged runs count as their loss at initialisation");
    }

    /// Sensitivity, best loss and its rate, and diverged runs of each arm.
    public Exhibit.Table table(String caption) {
        var rows = new ArrayList<List<String>>();
        for (var arm : results.arms()) {
            var trials = results.arm(arm);
            var grid = trials.levels(LR);
            var best = grid.stream().min(Comparator.comparingDouble(lr -> mean(finals(trials.with(LR, lr)))));
            var sensitivity = sensitivity(arm);
            var diverged = diverged(arm);
            rows.add(List.of(
                    arm,
                    sensitivity.text(),
                    best.map(lr -> Texts.number(mean(finals(trials.with(LR, lr))))).orElse("-"),
                    best.orElse("-"),
                    Math.round(diverged.value() * diverged.n()) + " of " + diverged.n()));
        }
        return new Exhibit.Table(
                caption, List.of("arm", "LR sensitivity", "best held-out loss", "at lr", "diverged"), rows);
    }
}
