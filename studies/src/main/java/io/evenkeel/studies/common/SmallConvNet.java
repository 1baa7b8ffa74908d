package io.evenkeel.studies.common;

import io.evenkeel.nn.BatchNorm;
import io.evenkeel.nn.Conv2d;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Kernel;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Pooling;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.Sequential;
import io.evenkeel.tensor.Functional.Window;
import io.evenkeel.tensor.Tensor;

/// Convolutions of 3 x 3 without padding, to 16 and 32 channels, each with batch norm, ReLU and the largest of 2 x 2; then
/// 128 units and the classes: 109,000 parameters.
public final class SmallConvNet extends Layer {
    private static final long FLAT = 32L * 5 * 5;
    private static final long HIDDEN = 128;

    private final Sequential layers = child("layers", new Sequential());

    public SmallConvNet() {
        layers.then("conv1", convolution(1, 16))
                .then("norm1", new BatchNorm(BatchNorm.Config.defaults(), 16, Initializer.ONES))
                .then(Tensor::relu)
                .then(Pooling.max(2))
                .then("conv2", convolution(16, 32))
                .then("norm2", new BatchNorm(BatchNorm.Config.defaults(), 32, Initializer.ONES))
                .then(Tensor::relu)
                .then(Pooling.max(2))
                .then(x -> x.flatten(1, -1))
                .then("hidden", new Linear(FLAT, HIDDEN, true, Initializer.kaiming(FLAT), Precision.FP32))
                .then(Tensor::relu)
                .then("head", new Linear(HIDDEN, Clothes.CLASSES, true, Initializer.lecun(HIDDEN), Precision.FP32));
    }

    private static Conv2d convolution(long in, long out) {
        var kernel = new Kernel(in, out, 3, Window.PLAIN);
        return new Conv2d(kernel, false, Initializer.kaiming(kernel.fanIn(2)), Precision.FP32);
    }

    @Override
    public Tensor forward(Tensor x) {
        return layers.forward(x);
    }
}
