package io.evenkeel.studies.p33;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.studies.p33.RingGan.Ring;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Reference checks of the parts; those of the optimizer are with it.
///
/// @paper P33
class BeliefStudyTest {
    private static double at(Valley valley, double x, double y) {
        try (var _ = Scope.open()) {
            return valley.at(Tensors.of(new double[] {x, y}, 2)).item();
        }
    }

    @Test
    void valleysAreZeroAtTheirLowest() {
        assertThat(at(Valley.CORNER, 0, 0)).isZero();
        assertThat(at(Valley.TILTED, 0, 0)).isZero();
        assertThat(at(Valley.TILTED, 1, -1)).isCloseTo(0.2, within(1e-12));
        assertThat(at(Valley.BOWL, 1, 2)).isCloseTo(9.1, within(1e-12));
        assertThat(at(Valley.QUADRATIC, 1, -0.5)).isZero();
        assertThat(at(Valley.ROSENBROCK, 1, 1)).isZero();
        assertThat(at(Valley.ROSENBROCK, -1, 1)).isEqualTo(4);
        assertThat(at(Valley.BEALE, 3, 0.5)).isCloseTo(0, within(1e-12));
        assertThat(at(Valley.BEALE, 0, 0)).isCloseTo(1.5 * 1.5 + 2.25 * 2.25 + 2.625 * 2.625, within(1e-12));
    }

    @Test
    void updatesAreCounted() {
        var sgd = ConfigReader.read(List.of("type=sgd", "momentum=0", "lr=0.25", "clip.type=none"), OptimizerConfig.defaults());
        // each halves the distance: 1.25 / 4^n < 1e-3
        assertThat(Valley.QUADRATIC.updates(sgd, 1e-3, 100)).isEqualTo(6);
        assertThat(Valley.QUADRATIC.updates(sgd, 1e-3, 3)).isEqualTo(4);
    }

    @Test
    void modesAreCountedThatSamplesCover() {
        try (var _ = Scope.open()) {
            var points = Tensors.of(new double[] {2, 0, 2.2, 0, 0, 2, 0, 0, -2, 0.31, 50, 0, Double.NaN, 0, -2, -0.29}, 8, 2);
            assertThat(Ring.of(points.to(DType.FLOAT32))).isEqualTo(new Ring(3, 0.5));
        }
    }
}
