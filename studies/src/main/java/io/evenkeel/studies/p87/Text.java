package io.evenkeel.studies.p87;

import io.evenkeel.data.Batch;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Made-up text of 16 symbols and some marks.
final class Text {
    /// Tokens that there are.
    static final int VOCABULARY = 20;
    /// Tokens of a window to pretrain on.
    static final int LENGTH = 28;
    /// Pairs of a task to fine-tune on.
    static final int PAIRS = 6;

    private static final int SYMBOLS = 16;
    private static final int SEPARATOR = 16;
    private static final int TASK = 17;
    private static final int KEYS = 4;
    private static final int COPIED = 5;
    private static final int USUAL = 1;

    private Text() {}

    /// Windows of pairs that come again (keys and their values), strings of five that are copied, and chains in which each symbol has three followers. Targets are
    /// all next tokens.
    static Batch mixture(int count, RandomStream random) {
        var tokens = new long[count][];
        for (var row = 0; row < count; row++) {
            tokens[row] = switch (random.nextInt(3)) {
                case 0 -> recall(random);
                case 1 -> copy(random);
                default -> chain(random);
            };
        }
        return batch(tokens, LENGTH, null);
    }

    private static long[] recall(RandomStream random) {
        var keys = new int[KEYS];
        var values = new int[KEYS];
        for (var i = 0; i < KEYS; i++) {
            keys[i] = 4 * i + random.nextInt(4);
            values[i] = random.nextInt(SYMBOLS);
        }
        var tokens = new long[LENGTH + 1];
        for (var i = 0; i < tokens.length; i += 2) {
            var pair = random.nextInt(KEYS);
            tokens[i] = keys[pair];
            if (i + 1 < tokens.length) {
                tokens[i + 1] = values[pair];
            }
        }
        return tokens;
    }

    private static long[] copy(RandomStream random) {
        var tokens = new long[LENGTH + 1];
        for (var i = 0; i < tokens.length; i++) {
            tokens[i] = i < COPIED ? random.nextInt(SYMBOLS) : i % (COPIED + 1) == COPIED ? SEPARATOR : tokens[i - COPIED - 1];
        }
        return tokens;
    }

    private static long[] chain(RandomStream random) {
        var tokens = new long[LENGTH + 1];
        tokens[0] = random.nextInt(SYMBOLS);
        for (var i = 1; i < tokens.length; i++) {
            var branch = random.nextInt(4);
            tokens[i] = (tokens[i - 1] * 5 + (branch < 2 ? 1 : branch == 2 ? 7 : 12)) % SYMBOLS;
        }
        return tokens;
    }

    /// Six pairs of a symbol and the symbol so many further on; the distance is the same within an example, 1 in every other one. Targets
    /// are the second symbols.
    static Batch shifts(int count, RandomStream random) {
        var length = 2 * PAIRS;
        var tokens = new long[count][length + 1];
        for (var row : tokens) {
            var shift = random.nextBoolean() ? USUAL : random.nextInt(SYMBOLS);
            row[0] = TASK;
            for (var i = 0; i < PAIRS; i++) {
                row[1 + 2 * i] = random.nextInt(SYMBOLS);
                row[2 + 2 * i] = (row[1 + 2 * i] + shift) % SYMBOLS;
            }
        }
        var counts = new boolean[length];
        for (var i = 0; i < PAIRS; i++) {
            counts[1 + 2 * i] = true;
        }
        return batch(tokens, length, counts);
    }

    /// Where the answer after so many shots is told.
    static int place(int shots) {
        return 1 + 2 * shots;
    }

    private static Batch batch(long[][] tokens, int length, boolean @Nullable [] counts) {
        var inputs = new long[tokens.length * length];
        var targets = new long[tokens.length * length];
        for (var row = 0; row < tokens.length; row++) {
            System.arraycopy(tokens[row], 0, inputs, row * length, length);
            System.arraycopy(tokens[row], 1, targets, row * length, length);
        }
        if (counts != null) {
            Arrays.setAll(targets, i -> counts[i % length] ? targets[i] : LanguageModelLoss.IGNORED);
        }
        return new Batch(
                Tensors.of(inputs, tokens.length, length), Tensors.of(targets, tokens.length, length), List.of());
    }
}
