package io.evenkeel.nn;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Functional.Window;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// A selective state space with its gate, `[B, T, width] -> [B, T, width]` (Gu and Dao, "Mamba", 2023):
///
///     (x, z) = W_in h;   x = silu(conv(x));   (r, B, C) = W_x x;   delta = softplus(W_delta r + b)
///     out = W_out (scan(x, delta, -exp(a), B, C, d) silu(z))
///
/// with a causal convolution of width 4 by channel. The scan is FLOAT32 whatever the precision of the linear layers.
/// `a` begins at
/// `ln 1, .., ln N`, `d` at 1, and `b` such that step sizes are log-uniform in [0.001, 0.1].
///
/// @paper P87
public final class MambaBlock extends Layer {
    private static final long KERNEL = 4;
    private static final int EXPANSION = 2;
    private static final int RANK_SHARE = 16;
    private static final double SHORTEST = 1e-3;
    private static final double LONGEST = 0.1;
    private static final double LEAST = 1e-4;

    private final Linear in;
    private final Conv1d convolution;
    private final Linear select;
    private final Linear delta;
    private final Linear out;
    private final Parameter logA; // [D, N]
    private final Parameter skip; // [D]
    private final Parameter deltaBias; // [D]
    private final long channels;
    private final long states;
    private final long rank;
    private final long chunk;

    /// @param width  of input and output; twice as many channels
    /// @param states N of each channel
    /// @param chunk  of the scan
    public MambaBlock(long width, long states, long chunk, Precision precision) {
        this.channels = EXPANSION * width;
        this.states = states;
        this.rank = (width + RANK_SHARE - 1) / RANK_SHARE;
        this.chunk = chunk;
        this.in = child("in", new Linear(width, 2 * channels, false, Initializer.lecun(width), precision));
        var window = Window.PLAIN.withPadding(KERNEL - 1).withGroups(channels);
        this.convolution = child(
                "conv",
                new Conv1d(
                        new Kernel(channels, channels, KERNEL, window),
                        true,
                        Initializer.uniform(0.5),
                        Precision.FP32));
        this.select =
                child("select", new Linear(channels, rank + 2 * states, false, Initializer.lecun(channels), precision));
        this.delta =
                child("delta", new Linear(rank, channels, false, Initializer.uniform(1 / Math.sqrt(rank)), precision));
        this.out = child("out", new Linear(channels, width, false, Initializer.lecun(channels), precision));
        this.logA = parameter("log_a", MambaBlock::logNumbers, channels, states);
        this.skip = parameter("skip", Initializer.ONES, channels);
        this.deltaBias = parameter(
                "delta_bias",
                (tensor, random) -> {
                    tensor.uniform_(random, Math.log(SHORTEST), Math.log(LONGEST));
                    tensor.copy_(inverseSoftplus(tensor.exp().clampMin(LEAST)));
                },
                channels);
    }

    private static void logNumbers(Tensor tensor, RandomStream random) {
        tensor.copy_(
                Tensors.arange(tensor.size(1)).add(1).to(DType.FLOAT32).log().expand(tensor.shape()));
    }

    /// What softplus makes `y` of: `y + ln(1 - e^-y)`.
    static Tensor inverseSoftplus(Tensor y) {
        return y.add(y.neg().expm1().neg().log());
    }

    /// What the input selects.
    ///
    /// @param x     behind the convolution, `[B, T, D]`
    /// @param z     gate, `[B, T, D]`
    /// @param delta step sizes, `[B, T, D]`
    /// @param a     `[D, N]`, < 0
    /// @param b     `[B, T, N]`
    /// @param c     `[B, T, N]`
    public record Selection(Tensor x, Tensor z, Tensor delta, Tensor a, Tensor b, Tensor c) {
        /// The steps of the recurrence.
        public SelectiveScan.Steps steps() {
            return SelectiveScan.Steps.of(x, delta, a, b);
        }
    }

    /// The first half of the block.
    public Selection selection(Tensor h) {
        var length = h.size(1);
        var both = Precision.full(in.forward(h));
        var x = convolution
                .forward(both.narrow(2, 0, channels).transpose(1, 2))
                .narrow(2, 0, length)
                .transpose(1, 2);
        x = Functional.silu(x);
        var selected = Precision.full(select.forward(x));
        var step = Functional.softplus(
                Precision.full(delta.forward(selected.narrow(2, 0, rank))).add(deltaBias.value()));
        return new Selection(
                x,
                both.narrow(2, channels, channels),
                step,
                logA.value().exp().neg(),
                selected.narrow(2, rank, states),
                selected.narrow(2, rank + states, states));
    }

    @Override
    public Tensor forward(Tensor h) {
        var selected = selection(h);
        var y = SelectiveScan.output(
                SelectiveScan.states(selected.steps(), chunk), selected.c(), selected.x(), skip.value());
        return out.forward(y.mul(Functional.silu(selected.z())));
    }
}
