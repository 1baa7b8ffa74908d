package io.evenkeel.studies.p33;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.Sequential;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A generator and a discriminator, two hidden layers each, on eight Gaussians on a circle of radius 2: how many the
/// generator covers, and how steadily.
final class RingGan {
    private static final int MODES = 8;
    private static final double RADIUS = 2;
    private static final double STD = 0.1;
    private static final int NOISE = 4;
    private static final int WIDTH = 64;
    private static final int BATCH = 128;
    private static final int SAMPLES = 1000;
    /// Points within so many standard deviations of a mode are of high quality.
    private static final double NEAR = 3;
    /// Least share of the samples at which a mode counts as covered, a quarter of what is due to it.
    private static final double COVERED = 0.25 / MODES;
    private static final int LOOKS = 50;

    private RingGan() {}

    /// A network of two hidden layers.
    private static final class Net extends Layer {
        private final Sequential layers = child("layers", new Sequential());

        Net(long in, long out) {
            layers.then("first", linear(in, WIDTH))
                    .then(x -> Functional.leakyRelu(x, 0.2))
                    .then("second", linear(WIDTH, WIDTH))
                    .then(x -> Functional.leakyRelu(x, 0.2))
                    .then("last", linear(WIDTH, out));
        }

        private static Linear linear(long in, long out) {
            return new Linear(in, out, true, Initializer.kaiming(in), Precision.FP32);
        }

        @Override
        public Tensor forward(Tensor x) {
            return layers.forward(x);
        }
    }

    /// Measures `missing`, `1 - covered modes / 8 x share of high quality`, as the mean over the last fifth of the looks;
    /// `unsteady`, its standard deviation over them; `modes` and `quality`, its parts; and `path`, all looks in order.
    static Measurements run(OptimizerConfig optimizer, int steps, RandomStreams streams) {
        var generator = new Net(NOISE, 2);
        var discriminator = new Net(2, 1);
        var path = new ArrayList<Ring>();
        try (var of = Parameters.materialize(generator, streams.stream("generator"));
                var against = Parameters.materialize(discriminator, streams.stream("discriminator"));
                var generates = optimizer.build(of);
                var discriminates = optimizer.build(against)) {
            var noise = streams.stream("noise");
            var data = streams.stream("ring");
            var look = streams.stream("look");
            var every = Math.max(1, steps / LOOKS);
            for (var step = 1; step <= steps; step++) {
                try (var _ = Scope.open()) {
                    against.zeroGradients();
                    Tensor fake;
                    try (var _ = Autograd.noGrad()) {
                        fake = generator.forward(Tensors.randn(noise, BATCH, NOISE));
                    }
                    loss(discriminator.forward(real(data)), 1).add(loss(discriminator.forward(fake), 0)).backward();
                    discriminates.step(1, against.gradientNorm());
                    of.zeroGradients();
                    loss(discriminator.forward(generator.forward(Tensors.randn(noise, BATCH, NOISE))), 1).backward();
                    generates.step(1, of.gradientNorm());
                    if (step % every == 0) {
                        try (var _ = Autograd.noGrad()) {
                            path.add(Ring.of(generator.forward(Tensors.randn(look, SAMPLES, NOISE))));
                        }
                    }
                }
            }
        }
        var late = path.subList(path.size() - Math.max(1, path.size() / 5), path.size());
        var mean = late.stream().mapToDouble(Ring::missing).average().orElseThrow();
        var variance = late.stream().mapToDouble(each -> Math.pow(each.missing() - mean, 2)).average().orElseThrow();
        return new Measurements()
                .put("missing", mean)
                .put("unsteady", Math.sqrt(variance))
                .put("modes", late.stream().mapToDouble(Ring::modes).average().orElseThrow())
                .put("quality", late.stream().mapToDouble(Ring::quality).average().orElseThrow())
                .put("path", path.stream().mapToDouble(Ring::missing).toArray());
    }

    private static Tensor loss(Tensor logits, double target) {
        return Functional.binaryCrossEntropyWithLogits(
                logits, Tensors.full(target, DType.FLOAT32, logits.shape()));
    }

    private static Tensor real(RandomStream random) {
        var angles = Tensors.randint(random, MODES, BATCH).to(DType.FLOAT32).mul(2 * Math.PI / MODES);
        return Tensors.stack(List.of(angles.cos(), angles.sin()), 1)
                .mul(RADIUS)
                .add(Tensors.normal(random, 0, STD, BATCH, 2));
    }

    /// What samples cover.
    ///
    /// @param modes   of the eight
    /// @param quality share of samples near one
    record Ring(int modes, double quality) {
        /// @param samples `[n, 2]`
        static Ring of(Tensor samples) {
            var points = samples.toFloats();
            var counts = new int[MODES];
            for (var i = 0; i < points.length; i += 2) {
                var turn = Math.atan2(points[i + 1], points[i]) / (2 * Math.PI) * MODES;
                var mode = Math.floorMod(Double.isNaN(turn) ? 0 : (int) Math.rint(turn), MODES);
                var angle = mode * 2 * Math.PI / MODES;
                var off = Math.hypot(points[i] - RADIUS * Math.cos(angle), points[i + 1] - RADIUS * Math.sin(angle));
                counts[mode] += off <= NEAR * STD ? 1 : 0;
            }
            var n = points.length / 2.0;
            return new Ring(
                    (int) IntStream.of(counts).filter(count -> count >= COVERED * n).count(),
                    IntStream.of(counts).sum() / n);
        }

        double missing() {
            return 1 - modes / (double) MODES * quality;
        }
    }
}
