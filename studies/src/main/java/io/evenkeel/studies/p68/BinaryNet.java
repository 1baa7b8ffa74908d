package io.evenkeel.studies.p68;

import io.evenkeel.nn.BatchNorm;
import io.evenkeel.nn.Conv2d;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Kernel;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Pooling;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.Sequential;
import io.evenkeel.number.NumberFormat;
import io.evenkeel.number.Reduction;
import io.evenkeel.number.Surrogate;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Three convolutions of 3 x 3 with stride 2 to 32, 64 and 128 channels, each with batch norm; the second and third multiply binary
/// weights (92,000) with binary activations. The first and the classifier keep full precision.
final class BinaryNet extends Layer {
    private final Sequential layers = child("layers", new Sequential());
    private final List<Conv2d> binary = new ArrayList<>();
    private final List<Tensor> inputs = new ArrayList<>();
    private boolean listening;

    BinaryNet(int classes) {
        layers.then("conv1", convolution(1, 32)).then("norm1", norm(32));
        binary(32, 64, 2);
        binary(64, 128, 3);
        layers.then(Tensor::relu)
                .then(Pooling::global)
                .then("head", new Linear(128, classes, true, Initializer.lecun(128), Precision.FP32));
    }

    private void binary(long in, long out, int number) {
        var convolution = convolution(in, out);
        binary.add(convolution);
        layers.then(x -> {
                    if (listening) {
                        inputs.add(x.detach());
                    }
                    return x;
                })
                .then("conv" + number, convolution)
                .then("norm" + number, norm(out));
    }

    private static Conv2d convolution(long in, long out) {
        var kernel = Kernel.same(in, out, 3, 2);
        return new Conv2d(kernel, false, Initializer.kaiming(kernel.fanIn(2)), Precision.FP32);
    }

    private static BatchNorm norm(long channels) {
        return new BatchNorm(BatchNorm.Config.defaults(), channels, Initializer.ONES);
    }

    /// Signs from now on, with that slope.
    ///
    /// @param weights     null for weights as they are
    /// @param activations null for activations as they are
    void binarise(@Nullable Surrogate weights, @Nullable Surrogate activations) {
        var reduction = new Reduction(
                weights == null ? null : new NumberFormat.Binary(weights, true),
                activations == null ? null : new NumberFormat.Binary(activations, false),
                null,
                RandomStream.of(0, "unused"));
        binary.forEach(convolution -> convolution.reduce(reduction));
    }

    @Override
    public Tensor forward(Tensor x) {
        return layers.forward(x);
    }

    /// Euclidean norm of what the function is off the sign, over all weights and activations that become binary.
    double error(Tensor pictures, Surrogate surrogate) {
        listening = true;
        forward(pictures);
        listening = false;
        var squares = 0.0;
        for (var x : inputs) {
            squares += x.sign().sub(surrogate.value(x)).square().sum().item();
        }
        inputs.clear();
        for (var convolution : binary) {
            var w = convolution.weight().value().detach();
            squares += w.sign().sub(surrogate.value(w)).square().sum().item();
        }
        return Math.sqrt(squares);
    }
}
