package io.evenkeel.studies.p38;

import io.evenkeel.nn.Activation;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Precision;
import io.evenkeel.tensor.Aten;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is added to attention logits by the offset between two places.
///
/// @paper P38
final class PositionBias extends Module {
    private static final double LARGEST = 16;
    private static final double STRETCH = 8;
    private static final double STD = 0.02;

    /// How offsets become biases.
    enum Kind {
        /// a learned number each; interpolated for another window
        TABLE,
        /// a small network of the offsets in linear coordinates
        LINEAR,
        /// the same in logarithmic coordinates
        LOG
    }

    private final Kind kind;
    private final int heads;
    private final int trained;
    private final @Nullable Parameter table; // [(2 W - 1)^2, H]
    private final @Nullable Linear hidden;
    private final @Nullable Linear output;

    /// @param trained window that it is trained with
    /// @param width   of the network
    PositionBias(Kind kind, int heads, int trained, int width) {
        this.kind = kind;
        this.heads = heads;
        this.trained = trained;
        var sides = 2L * trained - 1;
        this.table = kind == Kind.TABLE
                ? parameter("table", Initializer.truncatedNormal(STD, 2), sides * sides, heads)
                : null;
        this.hidden = kind == Kind.TABLE
                ? null
                : child("hidden", new Linear(2, width, true, Initializer.kaiming(2), Precision.FP32));
        this.output = kind == Kind.TABLE
                ? null
                : child("output", new Linear(width, heads, false, Initializer.truncatedNormal(STD, 2), Precision.FP32));
    }

    /// A coordinate of an offset: in units of the trained window, times 8, and logarithmic if so.
    static double coordinate(Kind kind, int offset, int trained) {
        var z = STRETCH * offset / (trained - 1.0);
        return kind == Kind.LOG ? Math.signum(z) * log2(Math.abs(z) + 1) / log2(STRETCH) : z / STRETCH;
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    /// The biases in windows of side `window`, `[H, W^2, W^2]`.
    Tensor of(int window) {
        var places = (long) window * window;
        return all(window)
                .indexSelect(0, Tensors.of(Windows.offsets(window), places * places))
                .view(places, places, heads)
                .permute(2, 0, 1);
    }

    /// By offset, `[(2 W - 1)^2, H]`.
    private Tensor all(int window) {
        var sides = 2 * window - 1;
        if (table != null) {
            return window == trained ? table.value() : interpolated(table.value(), sides);
        }
        var coordinates = new float[sides * sides * 2];
        for (var i = 0; i < sides * sides; i++) {
            coordinates[2 * i] = (float) coordinate(kind, i / sides - window + 1, trained);
            coordinates[2 * i + 1] = (float) coordinate(kind, i % sides - window + 1, trained);
        }
        var x = Tensors.of(coordinates, (long) sides * sides, 2);
        var first = Objects.requireNonNull(hidden);
        var second = Objects.requireNonNull(output);
        return second.forward(Activation.RELU.apply(first.forward(x))).sigmoid().mul(LARGEST);
    }

    private Tensor interpolated(Tensor table, int sides) {
        long own = 2L * trained - 1;
        var picture = table.detach().transpose(0, 1).reshape(1, heads, own, own);
        return Aten.op("aten::upsample_bicubic2d", "")
                .call(picture, new long[] {sides, sides}, false, null, null)
                .getFirst()
                .view(heads, (long) sides * sides)
                .transpose(0, 1);
    }
}
