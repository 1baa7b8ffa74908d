package io.evenkeel.studies.p82;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.stream.IntStream;

/// All examples of a small task, some of them to train on.
///
/// @param inputs       to train on, `[n, in]` FLOAT32
/// @param targets      `[n]` INT64
/// @param testInputs   the rest
/// @param testTargets  theirs
/// @param classes      how many
record Puzzle(Tensor inputs, Tensor targets, Tensor testInputs, Tensor testTargets, int classes)
        implements AutoCloseable {
    /// Tasks.
    enum Kind {
        /// `(a + b) mod p`, two one-hot vectors of `p`
        ADDITION,
        /// `(a b) mod p`
        PRODUCT,
        /// the parity of three of `p` bits
        PARITY
    }

    private static final int RELEVANT = 3;
    private static final int PARITY_EXAMPLES = 600;

    /// @param p        modulus, or bits
    /// @param fraction of all examples that are trained on
    static Puzzle of(Kind kind, int p, double fraction, RandomStream random) {
        return kind == Kind.PARITY ? parity(p, fraction, random) : modular(kind, p, fraction, random);
    }

    private static Puzzle modular(Kind kind, int p, double fraction, RandomStream random) {
        var rows = new float[p * p][2 * p];
        var answers = new long[p * p];
        for (var i = 0; i < p * p; i++) {
            var a = i / p;
            var b = i % p;
            rows[i][a] = 1;
            rows[i][p + b] = 1;
            answers[i] = kind == Kind.ADDITION ? (a + b) % p : a * b % p;
        }
        return split(rows, answers, p, fraction, random);
    }

    private static Puzzle parity(int bits, double fraction, RandomStream random) {
        var rows = new float[PARITY_EXAMPLES][bits];
        var answers = new long[PARITY_EXAMPLES];
        for (var i = 0; i < rows.length; i++) {
            for (var k = 0; k < bits; k++) {
                var bit = random.nextInt(2);
                rows[i][k] = bit;
                answers[i] ^= k < RELEVANT ? bit : 0;
            }
        }
        return split(rows, answers, 2, fraction, random);
    }

    private static Puzzle split(float[][] rows, long[] answers, int classes, double fraction, RandomStream random) {
        var order = IntStream.range(0, rows.length).toArray();
        for (var i = order.length - 1; i > 0; i--) {
            var k = random.nextInt(i + 1);
            var other = order[k];
            order[k] = order[i];
            order[i] = other;
        }
        var train = (int) Math.round(fraction * rows.length);
        return new Puzzle(
                matrix(rows, order, 0, train),
                vector(answers, order, 0, train),
                matrix(rows, order, train, rows.length),
                vector(answers, order, train, rows.length),
                classes);
    }

    private static Tensor matrix(float[][] rows, int[] order, int from, int to) {
        var width = rows[0].length;
        var flat = new float[(to - from) * width];
        for (var i = from; i < to; i++) {
            System.arraycopy(rows[order[i]], 0, flat, (i - from) * width, width);
        }
        return Tensors.of(flat, to - from, width);
    }

    private static Tensor vector(long[] answers, int[] order, int from, int to) {
        return Tensors.of(IntStream.range(from, to).mapToLong(i -> answers[order[i]]).toArray(), to - from);
    }

    /// Share of right answers.
    static double right(Tensor logits, Tensor targets) {
        return logits.argmax(1).eq(targets).to(DType.FLOAT32).mean().item();
    }

    @Override
    public void close() {
        inputs.close();
        targets.close();
        testInputs.close();
        testTargets.close();
    }
}
