package io.evenkeel.studies.p40;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.LayerNorm;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.statistic.LrSensitivity;
import io.evenkeel.statistic.PowerLaw;
import io.evenkeel.study.LrSweep;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Result;
import io.evenkeel.study.Results;
import io.evenkeel.study.Training;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Reference checks of the specification.
///
/// @paper P40
class SmallScaleProxiesTest {
    @Test
    void sensitivity() {
        assertThat(LrSensitivity.of(new double[] {3.2, 3.0, 3.1, 7.9, Double.POSITIVE_INFINITY}, 8).value())
                .isCloseTo(2.04, within(1e-12));
        assertThat(LrSensitivity.of(new double[] {3, 3, 3}, 8).value()).isZero();
    }

    @Test
    void extrapolationOfAPowerLaw() {
        var x = new double[] {1, 10, 100};
        var y = new double[] {2, 2 * Math.sqrt(10), 20};
        var fit = PowerLaw.fit(x, y, 2);
        assertThat(fit.at(1000)).isCloseTo(63.2455532, within(1e-6));
        assertThat(fit.coefficients()[2]).isCloseTo(0, within(1e-9));
    }

    /// Queries 100 times as long give the same, and no logit exceeds sqrt(16).
    @Test
    void normalisedQueriesAreBounded() {
        try (var _ = Scope.open()) {
            var random = RandomStream.of(1, "queries");
            var q = Tensors.randn(random, 40, 16);
            var k = Tensors.randn(random, 40, 16);
            var norm = new LayerNorm.Config(1e-6, false, false).layer(16, Initializer.ONES);
            var logits = norm.forward(q).matmul(norm.forward(k).transpose(0, 1)).div(4);
            var scaled = norm.forward(q.mul(100)).matmul(norm.forward(k).transpose(0, 1)).div(4);
            assertThat(logits.abs().amax().item()).isLessThanOrEqualTo(4 + 1e-5);
            assertThat(logits.sub(scaled).abs().amax().item()).isLessThan(1e-4);
        }
    }

    /// One parameter under a constant gradient, at full rate.
    private static double[] updates(double start, double gradient, int steps, String... assignments) {
        try (var _ = Scope.open()) {
            var model = new Linear(1, 1, false, Initializer.constant(start), Precision.FP32);
            try (var parameters = Parameters.materialize(model, RandomStream.of(1, "init"));
                    var optimizer = ConfigReader.read(List.of(assignments), OptimizerConfig.defaults()).build(parameters)) {
                var values = new double[steps];
                for (var i = 0; i < steps; i++) {
                    parameters.zeroGradients();
                    model.forward(Tensors.full(gradient, DType.FLOAT32, 1, 1)).sum().backward();
                    optimizer.step(1, parameters.gradientNorm());
                    values[i] = model.weight().value().item();
                }
                return values;
            }
        }
    }

    /// (1 - 1e-4)² after two steps without a gradient, whatever the learning rate.
    @Test
    void independentDecay() {
        for (var rate : new String[] {"1e-3", "0.3"}) {
            assertThat(updates(1, 0, 2, "lr=" + rate, "independentDecay=true", "weightDecay=1e-4")[1])
                    .isCloseTo(0.99980001, within(1e-7));
        }
    }

    /// A gradient of 1e-9 against an epsilon of 1e-8 and of 1e-15.
    @Test
    void epsilon() {
        var rate = 1e-3;
        assertThat(-updates(0, 1e-9, 1, "lr=" + rate, "eps=1e-8", "weightDecay=0")[0] / rate)
                .isCloseTo(0.0909091, within(1e-6));
        assertThat(-updates(0, 1e-9, 1, "lr=" + rate, "eps=1e-15", "weightDecay=0")[0] / rate)
                .isCloseTo(0.999999, within(1e-5));
    }

    @Test
    void muParamRaisesTheRateOfNarrowLayers() {
        var groups = ConfigReader.read(List.of("groups=" + MuParam.groups(64)), OptimizerConfig.defaults()).groups();
        assertThat(groups).extracting(OptimizerConfig.Group::lrFactor).containsExactly(1.0, 4.0, 4.0, 4.0);
    }

    @Test
    void sizesArePredictedFromTheOthers() {
        var runs = new ArrayList<Result>();
        for (var size : Map.of("32x2", 2.0, "48x3", 2.0, "64x4", 2.0, "128x6", 20.0).entrySet()) {
            var row = new double[10];
            Arrays.fill(row, size.getValue());
            var factors = new LinkedHashMap<>(Map.of(LrSweep.LR, "1e-2", "size", size.getKey()));
            runs.add(new Result("base", factors, 1, size.getKey(), 1, new Measurements().put(SmallScaleProxies.MAX_LOGIT, row)));
        }
        var found = Extrapolation.of(new Results(runs), 10).orElseThrow();
        assertThat(found.meanError()).isCloseTo(1, within(1e-6));
        assertThat(found.meanErrorOfLine()).isCloseTo(1, within(1e-6));
        assertThat(Extrapolation.of(new Results(runs.subList(0, 3)), 10)).isEmpty();
    }

    /// A run that is lost counts as its initial loss, in its seed's grid.
    @Test
    void lostRunsCount() {
        var runs = new ArrayList<Result>();
        for (var seed = 1L; seed <= 2; seed++) {
            for (var rate : List.of("1e-3", "1e-1")) {
                var lost = rate.equals("1e-1") && seed == 2;
                runs.add(new Result(
                        "base",
                        new LinkedHashMap<>(Map.of(LrSweep.LR, rate)),
                        seed,
                        rate + seed,
                        1,
                        new Measurements().put(Training.INITIAL, 5).put(Training.FINAL, lost ? Double.NaN : 2)));
            }
        }
        var sweep = new LrSweep(new Results(runs));
        assertThat(sweep.values("base")).containsExactly(0, 1.5);
        assertThat(sweep.diverged("base").value()).isEqualTo(0.25);
        assertThat(sweep.atBest("base")).containsExactly(2, 2);
    }
}
