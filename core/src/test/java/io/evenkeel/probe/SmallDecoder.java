package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameter;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A pre-norm language model that reports what observers may see: fused attention, plain attention when observed,
/// dropout in training.
final class SmallDecoder extends Module {
    final int layers;
    final int width;
    final int heads;
    final int vocabulary;
    private final double dropout;
    private final RandomStream random;
    private final Parameter embedding;
    private final List<Block> blocks = new ArrayList<>();
    private final Head head;

    SmallDecoder(int layers, int width, int heads, int vocabulary, double dropout, RandomStream random) {
        this.layers = layers;
        this.width = width;
        this.heads = heads;
        this.vocabulary = vocabulary;
        this.dropout = dropout;
        this.random = random;
        embedding = parameter("embedding", Initializer.normal(0.5), vocabulary, width);
        for (var i = 0; i < layers; i++) {
            blocks.add(child("blocks." + i, new Block()));
        }
        head = child("head", new Head());
    }

    Tensor loss(Batch batch) {
        var x = Functional.embedding(batch.inputs(), embedding.value()); // [B, T, D]
        for (var block : blocks) {
            x = block.forward(x);
        }
        var logits = head.forward(x); // [B, T, V]
        return Functional.crossEntropy(
                logits.reshape(-1, vocabulary), batch.targets().reshape(-1), -100, 0);
    }

    /// Random tokens, the targets being the next ones.
    static Batch batch(RandomStream random, long examples, long length, int vocabulary) {
        var tokens = Tensors.randint(random, vocabulary, examples, length + 1);
        return new Batch(
                tokens.narrow(1, 0, length).contiguous(),
                tokens.narrow(1, 1, length).contiguous(),
                Collections.nCopies((int) examples, new Batch.Origin("random", 0)));
    }

    private final class Block extends Module {
        private final Attention attention = child("attention", new Attention());
        private final Mlp mlp = child("mlp", new Mlp());

        Tensor forward(Tensor x) {
            var h = x.add(dropped(attention.forward(Functional.rmsNorm(x, null, 1e-6)), training()));
            var y = h.add(dropped(mlp.forward(Functional.rmsNorm(h, null, 1e-6)), training()));
            observe("residual", y);
            return y;
        }
    }

    private Tensor dropped(Tensor x, boolean training) {
        return training ? Functional.dropout(x, dropout, random) : x;
    }

    private final class Attention extends Module {
        private final Parameter qkv = parameter("qkv", Initializer.normal(1 / Math.sqrt(width)), 3L * width, width);
        private final Parameter out = parameter("out", Initializer.normal(0.5 / Math.sqrt(width)), width, width);

        Tensor forward(Tensor x) {
            var time = x.size(1);
            var parts = Functional.linear(x, qkv.value(), null)
                    .view(x.size(0), time, 3, heads, width / heads)
                    .permute(2, 0, 3, 1, 4); // [3, B, H, T, N]
            var q = parts.select(0, 0);
            var k = parts.select(0, 1);
            var v = parts.select(0, 2);
            var scale = 1 / Math.sqrt((double) width / heads);
            Tensor y; // [B, H, T, N]
            if (observed()) {
                var mask = Tensors.full(Double.NEGATIVE_INFINITY, x.dtype(), time, time)
                        .triu(1);
                var logits = q.matmul(k.transpose(-2, -1)).mul(scale).add(mask);
                var probabilities = logits.softmax(-1);
                observe("logits", logits);
                observe("probabilities", probabilities);
                y = probabilities.matmul(v);
            } else {
                y = Functional.scaledDotProductAttention(q, k, v, null, true, scale);
            }
            return Functional.linear(y.transpose(1, 2).reshape(x.size(0), time, width), out.value(), null);
        }
    }

    private final class Mlp extends Module {
        private final Parameter up = parameter("up", Initializer.normal(1 / Math.sqrt(width)), 4L * width, width);
        private final Parameter down =
                parameter("down", Initializer.normal(0.25 / Math.sqrt(width)), width, 4L * width);
        private final Parameter bias = parameter("bias", Initializer.ZEROS, width);

        Tensor forward(Tensor x) {
            var hidden = Functional.gelu(Functional.linear(x, up.value(), null), false);
            observe("hidden", hidden);
            return Functional.linear(hidden, down.value(), bias.value());
        }
    }

    private final class Head extends Module {
        private final Parameter norm = parameter("norm", Initializer.ONES, width);
        private final Parameter weight =
                parameter("weight", Initializer.normal(1 / Math.sqrt(width)), vocabulary, width);

        Tensor forward(Tensor x) {
            var logits = Functional.linear(Functional.rmsNorm(x, norm.value(), 1e-6), weight.value(), null);
            observe("logits", logits);
            return logits;
        }
    }
}
