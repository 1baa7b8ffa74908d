package io.evenkeel.studies.p78;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the array is compared with; its own reference checks are with the optimizers.
///
/// @paper P78
class StableRpsTest {
    /// As many weights stay as were asked for, and the weights themselves are as before.
    @ParameterizedTest
    @EnumSource
    void asManyStayAsAreAskedFor(Pruning pruning) {
        var model = new Wide(0.25);
        try (var parameters = Parameters.materialize(model, RandomStream.of(1, "init"));
                var _ = Scope.open()) {
            var before = parameters.values().toFloats();
            var random = RandomStream.of(2, "x");
            var pictures = Tensors.randn(random, 8, 1, 28, 28);
            var labels = Tensors.randint(random, 10, 8);
            var masks = pruning.masks(model, parameters, 10, pictures, labels, random);
            assertThat(parameters.values().toFloats()).isEqualTo(before);
            var stay = masks.stream().mapToDouble(mask -> mask.sum().item()).sum();
            var all = Pruning.matrices(parameters).stream().mapToDouble(each -> each.numel()).sum();
            assertThat(all).isEqualTo(Wide.weights(0.25));
            assertThat(stay).isCloseTo(all / 10, within(0.51));
            Pruning.apply(masks, parameters, false);
            var zeros = Pruning.matrices(parameters).stream().mapToDouble(each -> each.value().detach().eq(0).sum().item()).sum();
            assertThat(zeros).isGreaterThanOrEqualTo(all - stay);
        }
    }

    @Test
    void narrowModelsHaveAtMostThatManyWeights() {
        var full = Wide.weights(1);
        for (var compression : new int[] {2, 5, 10, 50}) {
            assertThat(Wide.weights(Wide.widthOf(full / compression))).isBetween(full / compression / 2, full / compression);
        }
    }
}
