package io.evenkeel.studies.p13;

import io.evenkeel.nn.Embedding;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Position;
import io.evenkeel.nn.Precision;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The hierarchical model and its two neighbours: two modules in turns, one module again and again, one module once.
///
/// B puzzles, S places, D width.
final class Reasoner extends Module {
    private static final double EPS = 1e-5;
    private static final double HALT_BIAS = -5;
    private static final double CUT = 2;

    private final Config config;
    private final Embedding embed;
    private final Stack low;
    private final @Nullable Stack high;
    private final Linear head;
    private final Parameter haltWeight; // [2, D]
    private final Parameter haltBias; // [2]
    private final Tensor lowStart; // [D]
    private final Tensor highStart; // [D]

    /// What it is.
    enum Kind {
        /// a fast and a slow module in turns
        HIERARCHICAL,
        /// one module of all layers, again and again
        SINGLE,
        /// the same, once
        DIRECT
    }

    /// @param kind       what it is
    /// @param width      D
    /// @param heads      of attention
    /// @param inner      width of the gated MLP
    /// @param layers     of each of the two modules
    /// @param highCycles N, updates of the slow module a segment
    /// @param lowCycles  T, updates of the fast module for each of these
    /// @param throughTime whether gradients go through the whole segment, not only its last updates
    record Config(
            Kind kind, int width, int heads, int inner, int layers, int highCycles, int lowCycles, boolean throughTime) {}

    /// State between segments, `[B, S, D]` each.
    record State(Tensor low, Tensor high) {}

    /// Hears what each update changes: `low` or `high`, before and after.
    interface Listener {
        void updated(String module, Tensor before, Tensor after);
    }

    Reasoner(Config config, int vocabulary, int classes, int places, RandomStream random) {
        this.config = config;
        long d = config.width();
        this.embed = child("embed", new Embedding(vocabulary, d, Initializer.truncatedNormal(1 / Math.sqrt((double) d), CUT)));
        var rotation = kept(() -> new Position.Rope(10_000).rotation(places, config.heads(), d / config.heads()));
        var hierarchical = config.kind() == Kind.HIERARCHICAL;
        this.low = child("low", new Stack(config, hierarchical ? config.layers() : 2 * config.layers(), rotation));
        this.high = hierarchical ? child("high", new Stack(config, config.layers(), rotation)) : null;
        this.head = child("head", linear(d, classes));
        this.haltWeight = parameter("halt_weight", Initializer.ZEROS, 2, d);
        this.haltBias = parameter("halt_bias", Initializer.constant(HALT_BIAS), 2);
        this.lowStart = buffer("low_start", start(d, random));
        this.highStart = buffer("high_start", start(d, random));
    }

    private static Tensor kept(Supplier<Tensor> constant) {
        try (var _ = Scope.open()) {
            return constant.get().own();
        }
    }

    private static Tensor start(long d, RandomStream random) {
        return kept(() -> {
            var values = Tensors.empty(DType.FLOAT32, d);
            Initializer.truncatedNormal(1, CUT).fill(values, random);
            return values;
        });
    }

    private static Linear linear(long in, long out) {
        return new Linear(in, out, false, Initializer.lecun(in), Precision.FP32);
    }

    /// The states that new puzzles begin with.
    State start(long puzzles, long places) {
        return new State(
                lowStart.expand(puzzles, places, config.width()), highStart.expand(puzzles, places, config.width()));
    }

    /// What is injected at every update, `[B, S, D]`.
    ///
    /// @param inputs `[B, S]`
    Tensor embedding(Tensor inputs) {
        return embed.forward(inputs).mul(Math.sqrt((double) config.width()));
    }

    /// One segment from a state that has no gradient.
    State segment(State state, Tensor e, @Nullable Listener listener) {
        return switch (config.kind()) {
            case HIERARCHICAL -> turns(state, e, listener);
            case SINGLE -> again(state, e, listener);
            case DIRECT -> new State(state.low(), low.forward(e));
        };
    }

    private State turns(State state, Tensor e, @Nullable Listener listener) {
        var slow = Objects.requireNonNull(high);
        var l = state.low();
        var h = state.high();
        try (var _ = config.throughTime() ? null : Autograd.noGrad()) {
            for (var i = 0; i < config.highCycles(); i++) {
                var last = i == config.highCycles() - 1;
                for (var k = 0; k < config.lowCycles() - (last ? 1 : 0); k++) {
                    l = tell(listener, "low", l, low.forward(l.add(h).add(e)));
                }
                if (!last) {
                    h = tell(listener, "high", h, slow.forward(h.add(l)));
                }
            }
        }
        l = tell(listener, "low", l, low.forward(l.add(h).add(e)));
        h = tell(listener, "high", h, slow.forward(h.add(l)));
        return new State(l, h);
    }

    /// As many passes through layers as the turns make.
    private State again(State state, Tensor e, @Nullable Listener listener) {
        var updates = config.highCycles() * (config.lowCycles() + 1) / 2;
        var z = state.high();
        try (var _ = config.throughTime() ? null : Autograd.noGrad()) {
            for (var i = 0; i < updates - 1; i++) {
                z = tell(listener, "high", z, low.forward(z.add(e)));
            }
        }
        return new State(state.low(), tell(listener, "high", z, low.forward(z.add(e))));
    }

    private static Tensor tell(@Nullable Listener listener, String module, Tensor before, Tensor after) {
        if (listener != null) {
            listener.updated(module, before, after);
        }
        return after;
    }

    /// `[B, S, classes]`.
    Tensor logits(State state) {
        return head.forward(state.high());
    }

    /// For and against halting, `[B, 2]`.
    Tensor halting(State state) {
        return Functional.linear(state.high().select(1, 0), haltWeight.value(), haltBias.value());
    }

    static Tensor rms(Tensor x) {
        return x.mul(x.square().mean(true, -1).add(EPS).rsqrt());
    }

    /// Blocks one after the other.
    private static final class Stack extends Module {
        private final List<Block> blocks = new ArrayList<>();

        Stack(Config config, int layers, Tensor rotation) {
            for (var i = 0; i < layers; i++) {
                blocks.add(child("blocks." + i, new Block(config, rotation)));
            }
        }

        Tensor forward(Tensor x) {
            var h = x;
            for (var block : blocks) {
                h = block.forward(h);
            }
            return h;
        }
    }

    /// Attention to all places and a gated MLP, each added and then normalised without weights.
    private static final class Block extends Module {
        private final Tensor rotation; // [S, H, N / 2, 2]
        private final int heads;
        private final Linear qkv;
        private final Linear output;
        private final Linear gate;
        private final Linear up;
        private final Linear down;

        Block(Config config, Tensor rotation) {
            long d = config.width();
            this.rotation = rotation;
            this.heads = config.heads();
            this.qkv = child("qkv", linear(d, 3 * d));
            this.output = child("output", linear(d, d));
            this.gate = child("gate", linear(d, config.inner()));
            this.up = child("up", linear(d, config.inner()));
            this.down = child("down", linear(config.inner(), d));
        }

        Tensor forward(Tensor x) {
            var h = rms(x.add(attend(x)));
            return rms(h.add(down.forward(Functional.silu(gate.forward(h)).mul(up.forward(h)))));
        }

        private Tensor attend(Tensor x) {
            long b = x.size(0);
            long s = x.size(1);
            long d = x.size(2);
            var parts = qkv.forward(x).split(new long[] {d, d, d}, -1);
            var q = Functional.rotate(parts[0].unflatten(-1, heads, d / heads), rotation).transpose(1, 2);
            var k = Functional.rotate(parts[1].unflatten(-1, heads, d / heads), rotation).transpose(1, 2);
            var v = parts[2].unflatten(-1, heads, d / heads).transpose(1, 2);
            var mixed = Functional.scaledDotProductAttention(q, k, v, null, false, 1 / Math.sqrt((double) d / heads));
            return output.forward(mixed.transpose(1, 2).reshape(b, s, d));
        }
    }
}
