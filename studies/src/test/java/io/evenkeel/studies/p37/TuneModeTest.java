package io.evenkeel.studies.p37;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.nn.ConvNorm.Mode;
import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// The network of the study; the reference checks of the modes are with the layer.
///
/// @paper P37
class TuneModeTest {
    /// A spread of coefficients, folding, and copies leave the function as it is.
    @Test
    void theSameFunctionInOtherParameters() {
        try (var _ = Scope.open()) {
            var base = new SixBlocks(Mode.TRAIN);
            Parameters.materialize(base, RandomStream.of(1, "init"));
            var random = RandomStream.of(2, "x");
            for (var i = 0; i < 3; i++) {
                base.forward(Tensors.randn(random, 8, 1, 28, 28));
            }
            base.mode(Mode.EVAL);
            var x = Tensors.randn(random, 4, 1, 28, 28);
            var deployed = new SixBlocks(Mode.DEPLOY);
            Parameters.materialize(deployed, RandomStream.of(1, "init"));
            deployed.takeFeatures(base);
            var tune = new SixBlocks(Mode.TUNE);
            Parameters.materialize(tune, RandomStream.of(1, "init"));
            tune.takeFeatures(base);
            // new heads of the same draw: only the features can differ
            var expected = tune.forward(x);
            assertThat(deployed.forward(x).sub(expected).abs().amax().item()).isLessThan(1e-4);
            var before = tune.coefficients().getFirst().copy();
            tune.spread(Arrays.stream(SixBlocks.channels()).mapToObj(n -> Tensors.uniform(random, 0.1, 10, n)).toList());
            assertThat(tune.forward(x).sub(expected).abs().amax().item()).isLessThan(1e-3);
            assertThat(tune.coefficients().getFirst().sub(before).abs().amax().item()).isGreaterThan(0.1);
        }
    }
}
