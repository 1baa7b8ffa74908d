package io.evenkeel.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Recurrent;
import io.evenkeel.nn.StateMap;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LyapunovTest extends ScopedTest {
    private static StateMap iterate(long steps, UnaryOperator<Tensor> map, double... start) {
        return new StateMap() {
            @Override
            public Tensor start() {
                return Tensors.of(start, start.length);
            }

            @Override
            public Tensor next(Tensor state, long t) {
                return map.apply(state);
            }

            @Override
            public long steps() {
                return steps;
            }
        };
    }

    @Test
    void exponentsOfALinearMapAreLogarithmsOfItsEigenvalues() {
        // Eigenvalues 2 and -0.5 with skew eigenvectors.
        var matrix = Tensors.of(new double[] {2, 3, 0, -0.5}, 2, 2);
        var exponents = LyapunovExponents.of(iterate(60, matrix::matmul, 1e-9, 1e-9), 2, 20);
        assertThat(exponents[0]).isCloseTo(Math.log(2), within(1e-9));
        assertThat(exponents[1]).isCloseTo(Math.log(0.5), within(1e-9));
    }

    @Test
    void theLogisticMapAtFourHasTheExponentLnTwo() {
        var exponents = LyapunovExponents.of(iterate(3000, x -> x.mul(x.rsub(1)).mul(4), 0.3), 1, 100);
        assertThat(exponents[0]).isCloseTo(Math.log(2), within(0.02));
    }

    @Test
    void theHenonMapHasItsKnownExponents() {
        // a = 1.4, b = 0.3: the Jacobian's determinant is -0.3 everywhere, so the sum is ln 0.3; largest 0.4192
        // (Sprott)
        var exponents = LyapunovExponents.of(
                iterate(
                        3000,
                        state -> {
                            var x = state.narrow(0, 0, 1);
                            var y = state.narrow(0, 1, 1);
                            return Tensors.cat(
                                    List.of(x.square().mul(-1.4).add(1).add(y), x.mul(0.3)), 0);
                        },
                        0.1,
                        0.1),
                2,
                100);
        assertThat(exponents[0]).isCloseTo(0.419, within(0.02));
        assertThat(exponents[0] + exponents[1]).isCloseTo(Math.log(0.3), within(1e-9));
    }

    @Test
    void aConstantMapForgetsEverything() {
        var exponents = LyapunovExponents.of(iterate(3, x -> x.detach().mul(0).add(1), 1), 1, 0);
        assertThat(exponents[0]).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThatThrownBy(() -> LyapunovExponents.of(iterate(3, x -> x, 1), 1, 3))
                .hasMessage("warmUp must be in [0, 3) but was 3");
    }

    @Test
    void aDiagonalRecurrenceHasTheLargestMeanOfItsLogarithms() {
        // @paper P87: A = -1, -2 and Delta = 0.1: -0.1
        var decay = Tensors.of(new double[] {-0.1, -0.2, -0.1, -0.2, -0.1, -0.2}, 3, 2);
        assertThat(LyapunovExponents.largestOfDiagonal(decay)).isCloseTo(-0.1, within(1e-12));
    }

    /// The state is multiplied by the parameterless matrix `diag(0.5, 0.25)` and driven by the inputs.
    private static final class Halving extends Module implements Recurrent {
        private final Fixture.Reporter scan = child("scan", new Fixture.Reporter());

        @Override
        public StateMap stateMap(Tensor inputs) {
            var factors = Tensors.of(new double[] {0.5, 0.25}, 2);
            return iterate(inputs.size(1), x -> x.mul(factors).add(1), 0, 0);
        }
    }

    @Test
    void theProbeReadsModulesThatReportADecayAndModelsThatShowTheirMap() {
        var model = new Halving();
        try (var parameters = Parameters.materialize(model, RandomStream.of(1, "p"));
                var optimizer = new TestAdam(parameters)) {
            Batch batch = Fixture.batch(Tensors.zeros(1, 5));
            var view = new StepView(
                    0,
                    model,
                    parameters,
                    optimizer,
                    0.1,
                    0,
                    Map.of(),
                    List.of(batch),
                    _ -> {
                        model.scan.report("log_decay", Tensors.full(-0.3, DType.FLOAT64, 1, 5, 2));
                        return Tensors.zeros(1);
                    },
                    new StepTimes());
            Readings readings = Fixture.run(new Lyapunov(), view);
            assertThat(readings.get("lyapunov/max/scan")).isCloseTo(-0.3, within(1e-12));
            assertThat(readings.get("lyapunov/max")).isBetween(Math.log(0.25), Math.log(0.5));
        }
    }
}
