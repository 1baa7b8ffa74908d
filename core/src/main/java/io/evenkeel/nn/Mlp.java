package io.evenkeel.nn;

import io.evenkeel.config.Doc;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// A small network of fully connected layers: `[B, F]`, or anything of F elements an example, to `[B, classes]`.
///
///     x = dropout(activation(norm(linear(x))))     once a hidden layer
///     logits = linear(x)
public final class Mlp extends Layer {
    private final Sequential layers = new Sequential();
    private final Linear head;

    /// Depth, widths and what stands between the linear layers.
    public record Config(
            @Doc("widths of the hidden layers; none for a linear classifier")
            List<Integer> hidden,

            @Doc("after each hidden layer") Activation activation,
            @Doc("before the activation") Norm norm,

            @Doc("probability in [0, 1), after the activation")
            double dropout)
            implements ModelConfig {
        public Config {
            hidden = List.copyOf(hidden);
            for (var width : hidden) {
                if (width < 1) {
                    throw new IllegalArgumentException("hidden must be widths >= 1 but was " + hidden);
                }
            }
            Dropout.checked(dropout);
        }

        public static Config defaults() {
            return new Config(List.of(256, 256), Activation.RELU, new Norm.None(), 0);
        }
    }

    /// Declares the layers.
    ///
    /// @param in      F
    /// @param classes outputs
    /// @param dropout the stream that dropout draws from
    public Mlp(Config config, long in, long classes, Precision precision, RandomStream dropout) {
        child("layers", layers);
        var width = in;
        for (var i = 0; i < config.hidden().size(); i++) {
            var next = config.hidden().get(i);
            layers.then("hidden" + i, new Hidden(config, width, next, precision, dropout));
            width = next;
        }
        this.head = child("head", new Linear(width, classes, true, Initializer.lecun(width), precision));
    }

    /// One hidden layer.
    private static final class Hidden extends Layer {
        private final Linear linear;
        private final Layer norm;
        private final Activation activation;
        private final Dropout dropout;

        Hidden(Config config, long in, long out, Precision precision, RandomStream random) {
            this.linear = child("linear", new Linear(in, out, true, Initializer.kaiming(in), precision));
            this.norm = child("norm", config.norm().layer(out, Initializer.ONES));
            this.activation = config.activation();
            this.dropout = child("dropout", new Dropout(config.dropout(), random));
        }

        @Override
        public Tensor forward(Tensor x) {
            var y = activation.apply(norm.forward(Precision.full(linear.forward(x))));
            observe("hidden", y);
            return dropout.forward(y);
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        var logits = head.forward(layers.forward(x.flatten(1, -1)));
        observe("logits", logits);
        return logits;
    }
}
