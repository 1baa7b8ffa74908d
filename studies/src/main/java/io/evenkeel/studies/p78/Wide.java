package io.evenkeel.studies.p78;

import io.evenkeel.nn.BatchNorm;
import io.evenkeel.nn.Conv2d;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Kernel;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.Sequential;
import io.evenkeel.studies.common.Clothes;
import io.evenkeel.tensor.Tensor;

/// Convolutions of 3 x 3 with stride 2 to 16, 32 and 64 channels with batch norms, 64 units, and the classes: 89,000 weights at full
/// width.
final class Wide extends Layer {
    private static final int SPOTS = 16;

    private final Sequential layers = child("layers", new Sequential());

    /// @param width factor on all numbers of channels and units, in (0, 1]
    Wide(double width) {
        var in = 1L;
        for (var out : new long[] {at(16, width), at(32, width), at(64, width)}) {
            var kernel = Kernel.same(in, out, 3, 2);
            layers.then("conv" + out, new Conv2d(kernel, false, Initializer.kaiming(kernel.fanIn(2)), Precision.FP32))
                    .then("norm" + out, new BatchNorm(BatchNorm.Config.defaults(), out, Initializer.ONES))
                    .then(Tensor::relu);
            in = out;
        }
        var flat = in * SPOTS;
        var units = at(64, width);
        layers.then(x -> x.flatten(1, -1))
                .then("hidden", new Linear(flat, units, true, Initializer.kaiming(flat), Precision.FP32))
                .then(Tensor::relu)
                .then("head", new Linear(units, Clothes.CLASSES, true, Initializer.lecun(units), Precision.FP32));
    }

    private static long at(int full, double width) {
        return Math.max(full / 16, Math.round(full * width));
    }

    @Override
    public Tensor forward(Tensor x) {
        return layers.forward(x);
    }

    /// The width at which matrices and kernels have at most that many weights.
    static double widthOf(long weights) {
        var width = 1.0;
        while (width > 0.01 && weights(width) > weights) {
            width -= 0.005;
        }
        return width;
    }

    /// Weights of matrices and kernels.
    static long weights(double width) {
        var sum = 0L;
        var in = 1L;
        for (var out : new long[] {at(16, width), at(32, width), at(64, width)}) {
            sum += in * out * 9;
            in = out;
        }
        return sum + in * SPOTS * at(64, width) + at(64, width) * Clothes.CLASSES;
    }
}
