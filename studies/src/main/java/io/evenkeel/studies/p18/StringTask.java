package io.evenkeel.studies.p18;

import io.evenkeel.data.Batch;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// What is done with 6 to 10 of 16 symbols. An example is the task, the symbols, a separator, the answer and an end.
enum StringTask {
    COPY(s -> s),
    REVERSE(s -> IntStream.range(0, s.length).map(i -> s[s.length - 1 - i]).toArray()),
    SORT(s -> IntStream.of(s).sorted().toArray()),
    INCREMENT(s -> IntStream.of(s).map(x -> (x + 1) % 16).toArray()),
    COUNT_FIRST(s -> count(s, s[0])),
    CIPHER(s -> IntStream.of(s).map(x -> (5 * x + 3) % 16).toArray()),
    MAJORITY(s -> frequent(s, true)),
    SUM(s -> new int[] {IntStream.of(s).sum() % 16}),
    SORT_DOWN(s -> IntStream.of(s).map(x -> -x).sorted().map(x -> -x).toArray()),
    INCREMENT_BY_THREE(s -> IntStream.of(s).map(x -> (x + 3) % 16).toArray()),
    CIPHER_B(s -> IntStream.of(s).map(x -> (7 * x + 10) % 16).toArray()),
    CIPHER_C(s -> IntStream.of(s).map(x -> (11 * x + 6) % 16).toArray()),
    ROTATE(s -> IntStream.range(0, s.length).map(i -> s[(i + 1) % s.length]).toArray()),
    COUNT_LAST(s -> count(s, s[s.length - 1])),
    MINORITY(s -> frequent(s, false)),
    EVERY_OTHER(s -> IntStream.range(0, (s.length + 1) / 2).map(i -> s[2 * i]).toArray());

    /// Tasks that the base learns; the others are new.
    static final int KNOWN = 8;
    /// Longest example.
    static final int CONTEXT = 24;
    /// Tokens that there are.
    static final int VOCABULARY = 35;

    private static final int SYMBOLS = 16;
    private static final int SEPARATOR = 32;
    private static final int END = 33;
    private static final int PADDING = 34;
    private static final int SHORTEST = 6;
    private static final int LONGEST = 10;

    @SuppressWarnings("ImmutableEnumChecker") // functions without a state
    private final UnaryOperator<int[]> answer;

    StringTask(UnaryOperator<int[]> answer) {
        this.answer = answer;
    }

    private static int[] count(int[] s, int symbol) {
        return new int[] {(int) IntStream.of(s).filter(x -> x == symbol).count()};
    }

    /// The most or least frequent of the symbols that are there, the smallest of several.
    private static int[] frequent(int[] s, boolean most) {
        var counts = new int[SYMBOLS];
        for (var x : s) {
            counts[x]++;
        }
        var best = -1;
        for (var x = 0; x < SYMBOLS; x++) {
            if (counts[x] > 0 && (best < 0 || (most ? counts[x] > counts[best] : counts[x] < counts[best]))) {
                best = x;
            }
        }
        return new int[] {best};
    }

    int[] answer(int[] symbols) {
        return answer.apply(symbols);
    }

    /// The tokens of a random example.
    private int[] example(RandomStream random) {
        var symbols = new int[SHORTEST + random.nextInt(LONGEST - SHORTEST + 1)];
        Arrays.setAll(symbols, _ -> random.nextInt(SYMBOLS));
        var tokens = new ArrayList<Integer>(List.of(SYMBOLS + ordinal()));
        Arrays.stream(symbols).forEach(tokens::add);
        tokens.add(SEPARATOR);
        Arrays.stream(answer(symbols)).forEach(tokens::add);
        tokens.add(END);
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    /// Random examples of the tasks from the first to before the last; targets are the answers and their ends alone.
    static Batch batch(int count, int first, int last, RandomStream random) {
        var inputs = new long[count * CONTEXT];
        var targets = new long[count * CONTEXT];
        Arrays.fill(inputs, PADDING);
        Arrays.fill(targets, LanguageModelLoss.IGNORED);
        for (var row = 0; row < count; row++) {
            var tokens = values()[first + random.nextInt(last - first)].example(random);
            var answers = false;
            for (var i = 0; i + 1 < tokens.length; i++) {
                inputs[row * CONTEXT + i] = tokens[i];
                answers |= tokens[i] == SEPARATOR;
                if (answers) {
                    targets[row * CONTEXT + i] = tokens[i + 1];
                }
            }
        }
        return new Batch(Tensors.of(inputs, count, CONTEXT), Tensors.of(targets, count, CONTEXT), List.of());
    }

    /// 1 for tokens that are not padding, `[n]`.
    static Tensor counts(Batch batch) {
        return batch.inputs().ne(PADDING).to(DType.FLOAT32).flatten(0, -1);
    }
}
