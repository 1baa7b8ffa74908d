package io.evenkeel.nn;

import io.evenkeel.config.Doc;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A small convolutional network for small images, `[B, C, H, W] -> [B, classes]`: a first convolution, then stages of
/// blocks of two 3 x 3 convolutions, each stage after the first at half the height and width; the mean of each channel,
/// and a linear layer. With shortcuts it is a ResNet (He et al., 2016): channels 16, 32, 64 and 3 blocks is ResNet-20.
public final class ConvNet extends Layer {
    private final Sequential layers = new Sequential();
    private final Linear head;

    /// Stages and what their blocks are made of.
    public record Config(
            @Doc("channels of each stage; each after the first halves height and width")
            List<Integer> channels,

            @Doc("blocks in each stage, >= 1") int blocks,
            @Doc("blocks have shortcuts") boolean residual,
            @Doc("after each norm") Activation activation,
            @Doc("batchnorm, groupnorm or none") Norm norm,

            @Doc(
                    "how convolutions and batch norms work together: train, eval or tune, the last two by running statistics that"
                            + " a checkpoint has brought; train when null")
            ConvNorm.@Nullable Mode mode)
            implements ModelConfig {
        public Config {
            channels = List.copyOf(channels);
            if (channels.isEmpty() || channels.stream().anyMatch(c -> c < 1)) {
                throw new IllegalArgumentException("channels must be at least one, each >= 1, but was " + channels);
            }
            if (blocks < 1) {
                throw new IllegalArgumentException("blocks must be >= 1 but was " + blocks);
            }
            if (mode == ConvNorm.Mode.DEPLOY) {
                throw new IllegalArgumentException(
                        "mode must be train, eval or tune but was deploy: such a model has no norms");
            }
            if (mode != null && !(norm instanceof BatchNorm.Config)) {
                throw new IllegalArgumentException("mode must be null without batch norm but was " + mode);
            }
            if (norm instanceof LayerNorm.Config || norm instanceof RmsNorm.Config) {
                throw new IllegalArgumentException("norm must be batchnorm, groupnorm or none but was "
                        + (norm instanceof LayerNorm.Config ? "layernorm" : "rmsnorm"));
            }
        }

        public Config(List<Integer> channels, int blocks, boolean residual, Activation activation, Norm norm) {
            this(channels, blocks, residual, activation, norm, null);
        }

        public static Config defaults() {
            return new Config(List.of(16, 32, 64), 1, true, Activation.RELU, BatchNorm.Config.defaults());
        }
    }

    /// Declares the layers.
    ///
    /// @param in      C
    /// @param classes outputs
    public ConvNet(Config config, long in, long classes, Precision precision) {
        child("layers", layers);
        long width = config.channels().getFirst();
        layers.then("stem", unit(config, Kernel.same(in, width, 3, 1), precision))
                .then(config.activation());
        for (var stage = 0; stage < config.channels().size(); stage++) {
            long next = config.channels().get(stage);
            for (var block = 0; block < config.blocks(); block++) {
                var stride = stage > 0 && block == 0 ? 2 : 1;
                layers.then("stage" + stage + ".block" + block, new ConvBlock(config, width, next, stride, precision));
                width = next;
            }
        }
        this.head = child("head", new Linear(width, classes, true, Initializer.lecun(width), precision));
    }

    /// A convolution and its norm. The bias, where there is a norm, is the norm's.
    private static Layer unit(Config config, Kernel kernel, Precision precision) {
        var initializer = Initializer.kaiming(kernel.fanIn(2));
        return config.norm() instanceof BatchNorm.Config norm
                ? new ConvNorm(
                        kernel,
                        norm,
                        config.mode() == null ? ConvNorm.Mode.TRAIN : config.mode(),
                        initializer,
                        precision)
                : new Unit(config, kernel, initializer, precision);
    }

    private static final class Unit extends Layer {
        private final Conv2d convolution;
        private final Layer norm;

        Unit(Config config, Kernel kernel, Initializer initializer, Precision precision) {
            this.convolution =
                    child("conv", new Conv2d(kernel, config.norm() instanceof Norm.None, initializer, precision));
            this.norm = child("norm", config.norm().layer(kernel.out(), Initializer.ONES));
        }

        @Override
        public Tensor forward(Tensor x) {
            return norm.forward(Precision.full(convolution.forward(x)));
        }
    }

    /// `act(unit(act(unit(x))) + shortcut(x))`, or without the shortcut.
    private static final class ConvBlock extends Layer {
        private final Layer first;
        private final Layer second;
        private final Layer shortcut;
        private final Config config;

        ConvBlock(Config config, long in, long out, long stride, Precision precision) {
            this.first = child("first", unit(config, Kernel.same(in, out, 3, stride), precision));
            this.second = child("second", unit(config, Kernel.same(out, out, 3, 1), precision));
            var sameShape = in == out && stride == 1;
            this.shortcut = child(
                    "shortcut",
                    config.residual() && !sameShape
                            ? unit(config, Kernel.same(in, out, 1, stride), precision)
                            : new Norm.None().layer(out, Initializer.ONES));
            this.config = config;
        }

        @Override
        public Tensor forward(Tensor x) {
            var hidden = config.activation().apply(first.forward(x));
            report("hidden", hidden);
            var branch = second.forward(hidden);
            var y = config.activation().apply(config.residual() ? branch.add(shortcut.forward(x)) : branch);
            report("residual", y);
            return y;
        }

        /// Channels last, where observers expect the units.
        private void report(String what, Tensor y) {
            if (observed()) {
                observe(what, y.permute(0, 2, 3, 1));
            }
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        var logits = head.forward(Pooling.global(layers.forward(x)));
        observe("logits", logits);
        return logits;
    }
}
