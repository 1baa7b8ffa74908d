package io.evenkeel.studies.p40;

import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.statistic.PowerLaw;
import io.evenkeel.study.LrSweep;
import io.evenkeel.study.Result;
import io.evenkeel.study.Results;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/// What the largest attention logit of smaller models foretells of the largest one: at every learning rate a quadratic
/// in the logarithms of parameters and logit.
///
/// @param rates of the grid
/// @paper P40
record Extrapolation(List<AtRate> rates) {
    /// The step at which the logit is read.
    static final int STEP = 50;

    private static final int FITTED = 3;

    /// @param rate      peak learning rate
    /// @param sizes     parameters of the blocks, ascending
    /// @param logits    largest attention logit at each size
    /// @param predicted of the largest size, by a quadratic through the others
    /// @param straight  of the largest size, by a straight line through the others
    record AtRate(String rate, double[] sizes, double[] logits, double predicted, double straight) {
        double measured() {
            return logits[logits.length - 1];
        }
    }

    /// Over the trials of one arm; several seeds of one rate are averaged in the logarithm. Empty when a size is missing.
    static Optional<Extrapolation> of(Results results, int probeEvery) {
        var sizes = results.levels("size").stream()
                .sorted(Comparator.comparingDouble(SmallScaleProxies::parameters))
                .toList();
        if (sizes.size() <= FITTED) {
            return Optional.empty();
        }
        var x = sizes.stream().mapToDouble(SmallScaleProxies::parameters).toArray();
        var rates = new ArrayList<AtRate>();
        for (var rate : results.levels(LrSweep.LR)) {
            var y = sizes.stream()
                    .mapToDouble(size -> logit(results.with(LrSweep.LR, rate).with("size", size), probeEvery))
                    .toArray();
            if (DoubleStream.of(y).allMatch(Double::isFinite)) {
                var largest = x[x.length - 1];
                rates.add(new AtRate(
                        rate,
                        x,
                        y,
                        PowerLaw.fit(head(x), head(y), 2).at(largest),
                        PowerLaw.fit(head(x), head(y), 1).at(largest)));
            }
        }
        return rates.isEmpty() ? Optional.empty() : Optional.of(new Extrapolation(rates));
    }

    private static double[] head(double[] values) {
        return Arrays.copyOf(values, values.length - 1);
    }

    private static double logit(Results runs, int probeEvery) {
        return Math.exp(runs.all().stream()
                .map(Result::measured)
                .map(measured -> measured.row(SmallScaleProxies.MAX_LOGIT))
                .filter(row -> row.length > STEP / probeEvery)
                .mapToDouble(row -> Math.log(row[STEP / probeEvery]))
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN));
    }

    /// The last value that is finite, or NaN.
    static double last(double[] row) {
        for (var i = row.length - 1; i >= 0; i--) {
            if (Double.isFinite(row[i])) {
                return row[i];
            }
        }
        return Double.NaN;
    }

    /// Mean error of the quadratic over the rates, decades.
    double meanError() {
        return rates.stream().mapToDouble(each -> decades(each.predicted(), each.measured())).average().orElseThrow();
    }

    /// Mean error of the straight line.
    double meanErrorOfLine() {
        return rates.stream().mapToDouble(each -> decades(each.straight(), each.measured())).average().orElseThrow();
    }

    private static double decades(double left, double right) {
        return Math.abs(Math.log10(left) - Math.log10(right));
    }

    Chart chart() {
        var chart = Chart.titled("Largest attention logit, first block")
                .subtitle("line: measured; point: foretold of the largest size by a quadratic")
                .x(Axis.log("parameters of the blocks"))
                .y(Axis.log("largest attention logit"));
        for (var each : rates) {
            var name = "lr " + each.rate();
            chart = chart.line(name, each.sizes(), each.logits())
                    .points(name, new double[] {each.sizes()[each.sizes().length - 1]}, new double[] {each.predicted()});
        }
        return chart;
    }
}
