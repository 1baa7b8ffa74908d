package io.evenkeel.nn;

import io.evenkeel.config.Doc;
import io.evenkeel.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// The MLP of a block: `down(act(up x))`, or gated `down(act(gate x) * up x)`, `[B, T, D] -> [B, T, D]`.
public final class FeedForward extends Layer {
    private final Config config;
    private Precision precision;
    private final @Nullable Linear gate;
    private final Linear up;
    private final Linear down;

    /// Kind and width.
    public record Config(
            @Doc("activation, and whether it gates") Type type,
            @Doc("hidden width over width, > 0") double ratio) {
        public Config {
            if (!(ratio > 0)) {
                throw new IllegalArgumentException("ratio must be > 0 but was " + ratio);
            }
        }

        public static Config defaults() {
            return new Config(Type.GELU, 4);
        }

        /// The hidden width F.
        long hidden(long width) {
            return Math.max(1, Math.round(ratio * (double) width));
        }
    }

    /// The kinds of MLP.
    public enum Type {
        GELU(Activation.GELU, false),
        GELU_TANH(Activation.GELU_TANH, false),
        RELU(Activation.RELU, false),
        RELU2(Activation.RELU2, false),
        SILU(Activation.SILU, false),
        SWIGLU(Activation.SILU, true),
        GEGLU(Activation.GELU, true);

        private final Activation activation;
        private final boolean gated;

        Type(Activation activation, boolean gated) {
            this.activation = activation;
            this.gated = gated;
        }
    }

    FeedForward(Decoder.Config model, Precision precision) {
        this.config = model.mlp();
        this.precision = precision;
        long d = model.width();
        var hidden = config.hidden(d);
        var in = model.init().weight(Init.Role.MLP_INPUT, new Init.Size(d, hidden, model));
        var out = model.init().weight(Init.Role.MLP_OUTPUT, new Init.Size(hidden, d, model));
        this.gate = config.type().gated ? child("gate", linear(d, hidden, in, model, precision)) : null;
        this.up = child("up", linear(d, hidden, in, model, precision));
        this.down = child("down", linear(hidden, d, out, model, precision));
    }

    private static Linear linear(long in, long out, Initializer init, Decoder.Config model, Precision precision) {
        return new Linear(in, out, model.bias(), init, precision).reparametrised(model.reparametrisation());
    }

    @Override
    public Tensor forward(Tensor x) {
        var input = precision.of(x);
        var activation = config.type().activation;
        var hidden = gate == null
                ? activation.apply(up.forward(input))
                : activation.apply(gate.forward(input)).mul(up.forward(input)); // [B, T, F]
        observe("hidden", hidden);
        return down.forward(hidden);
    }

    @Override
    void computeIn(Precision precision) {
        this.precision = precision;
    }
}
