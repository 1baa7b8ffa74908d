package io.evenkeel.studies.p38;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reference checks of the specification.
///
/// @paper P38
class SwinV2Test {
    private static MicroSwin.Config config(MicroSwin.Placement placement, boolean cosine) {
        return new MicroSwin.Config(4, 24, 4, 3, 4, placement, cosine, PositionBias.Kind.LOG);
    }

    @ParameterizedTest
    @CsvSource({"1, 8, 0.3665119", "7, 8, 1.0566417", "4, 8, 0.8260158", "15, 8, 1.3937766", "0, 8, 0", "-4, 8, -0.8260158"})
    void logarithmicCoordinates(int offset, int trained, double expected) {
        assertThat(PositionBias.coordinate(PositionBias.Kind.LOG, offset, trained)).isCloseTo(expected, within(1e-7));
    }

    @Test
    void offsetsOfATwoByTwoWindow() {
        assertThat(Windows.offsets(2)).containsExactly(4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4);
    }

    /// A network without weights gives 16 sigmoid(0) = 8 everywhere.
    @Test
    void anEmptyNetworkBiasesNothing() {
        try (var _ = Scope.open()) {
            var bias = new PositionBias(PositionBias.Kind.LOG, 3, 4, 16);
            try (var parameters = Parameters.materialize(bias, RandomStream.of(1, "init"))) {
                parameters.all().forEach(each -> each.value().detach().zero_());
                assertThat(bias.of(4).toDoubles()).containsOnly(8);
                assertThat(bias.of(4).shape()).containsExactly(3, 16, 16);
            }
        }
    }

    @Test
    void windowsAndBack() {
        try (var _ = Scope.open()) {
            var x = Tensors.randn(RandomStream.of(2, "x"), 2, 8, 8, 3);
            var windows = Windows.partition(x, 4);
            assertThat(windows.shape()).containsExactly(8, 16, 3);
            assertThat(Windows.reverse(windows, 4, 8).toDoubles()).containsExactly(x.toDoubles());
        }
    }

    @Test
    void shiftedWindowsDoNotMix() {
        try (var _ = Scope.open()) {
            var mask = Windows.shiftMask(8, 4, 2);
            var values = mask.toDoubles();
            assertThat(values).containsOnly(0, -100);
            assertThat(mask.amax(false, -1).toDoubles()).containsOnly(0);
            // the first window lies in one region, the last in four
            assertThat(IntStream.range(0, 256).mapToDouble(i -> values[i]).sum()).isZero();
            assertThat(IntStream.range(3 * 256, 4 * 256).filter(i -> values[i] < 0).count()).isEqualTo(16 * 12);
        }
    }

    /// Norms of zero at the output: every block is the identity, and still has a gradient.
    @Test
    void blocksBeginAsTheIdentity() {
        try (var _ = Scope.open()) {
            var model = new MicroSwin(config(MicroSwin.Placement.RES_POST, true), 10);
            try (var parameters = Parameters.materialize(model, RandomStream.of(3, "init"))) {
                var streams = new ArrayList<double[]>();
                var pictures = Tensors.randn(RandomStream.of(4, "pictures"), 2, 32, 32);
                model.classes(pictures, 4, (_, stream, _, _) -> streams.add(stream.detach().toDoubles()))
                        .square()
                        .sum()
                        .backward();
                assertThat(streams).hasSize(4);
                assertThat(streams.get(3)).containsExactly(streams.get(0));
                var scale = parameters.all().stream()
                        .filter(each -> each.name().equals("blocks.2.attention_norm.weight"))
                        .findFirst()
                        .orElseThrow();
                assertThat(Objects.requireNonNull(scale.gradient()).abs().amax().item()).isPositive();
            }
        }
    }

    /// 10 cos(q, k) at first, whatever the length of the queries: with the bias of 0 to 16 at most 26.
    @Test
    void cosineLogitsAreBounded() {
        try (var _ = Scope.open()) {
            var model = new MicroSwin(config(MicroSwin.Placement.PRE, true), 10);
            try (var parameters = Parameters.materialize(model, RandomStream.of(3, "init"))) {
                var pictures = Tensors.randn(RandomStream.of(4, "pictures"), 2, 32, 32);
                var before = first(model, pictures);
                parameters.all().stream()
                        .filter(each -> each.name().equals("blocks.0.query.weight"))
                        .forEach(each -> each.value().detach().mul_(100));
                var after = first(model, pictures);
                for (var i = 0; i < before.length; i++) {
                    assertThat(after[i]).isCloseTo(before[i], within(1e-3));
                    assertThat(before[i]).isBetween(-10.001, 26.001);
                }
            }
        }
    }

    private static double[] first(MicroSwin model, Tensor pictures) {
        var found = new ArrayList<double[]>();
        model.classes(pictures, 4, (_, _, logits, _) -> found.add(logits.detach().toDoubles()));
        return found.getFirst();
    }

    /// Six in ten squares, whole ones.
    @Test
    void masks() {
        try (var _ = Scope.open()) {
            var mask = Schooling.mask(3, 8, RandomStream.of(5, "mask")).toDoubles();
            assertThat(IntStream.range(0, 64).mapToDouble(i -> mask[i]).sum()).isEqualTo(40);
            for (var cell = 0; cell < 64; cell += 2) {
                assertThat(mask[cell]).isEqualTo(mask[cell + 1]);
            }
        }
    }

    @Test
    void largerPicturesAskForOtherBiases() {
        try (var _ = Scope.open()) {
            for (var kind : PositionBias.Kind.values()) {
                var bias = new PositionBias(kind, 2, 4, 16);
                try (var _ = Parameters.materialize(bias, RandomStream.of(6, "init"))) {
                    assertThat(bias.of(8).shape()).containsExactly(2, 64, 64);
                    assertThat(bias.of(8).isfinite().countNonzero().item()).isEqualTo(2 * 64 * 64);
                }
            }
        }
    }

    @Test
    void divergence() {
        var losses = new ArrayList<>(List.of(2.3));
        IntStream.range(0, 49).forEach(_ -> losses.add(2.4));
        assertThat(Schooling.isDiverged(losses)).isFalse();
        losses.add(2.5);
        assertThat(Schooling.isDiverged(losses)).isTrue();
    }
}
