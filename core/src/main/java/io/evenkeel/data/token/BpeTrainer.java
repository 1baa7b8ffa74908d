package io.evenkeel.data.token;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.regex.Pattern;

/// Learns the merges of byte-level byte-pair encoding: the most frequent pair of neighbouring symbols becomes a symbol,
/// again and again (Sennrich, Haddow and Birch, "Neural machine translation of rare words with subword units", ACL
/// 2016; on bytes as in GPT-2). The tokenizer library encodes but does not train from Java, hence this class.
///
/// Deterministic: of equally frequent pairs the one with the smaller symbols wins. A merge touches only the words that
/// contain its pair, and the queue of pairs is corrected when a pair reaches its head, so training is nearly linear in
/// the number of different words.
final class BpeTrainer {
    /// How GPT-2 cuts text into words before merging; no merge crosses a cut.
    private static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final int BYTES = 256;

    /// The bytes of each symbol, one character a byte, and back.
    private final List<String> spellings = new ArrayList<>();

    private final Map<String, Integer> symbols = new HashMap<>();
    private final List<int[]> words = new ArrayList<>();
    private final List<Long> counts = new ArrayList<>();
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(
            Comparator.comparingLong((Candidate c) -> -c.count()).thenComparingLong(Candidate::key));

    /// A pair of symbols: how often it occurs, and in which words (some may have lost it since).
    private static final class Pair {
        private long count;
        private int[] words = new int[4];
        private int size;

        private void add(int word) {
            if (size > 0 && words[size - 1] == word) {
                return;
            }
            if (size == words.length) {
                words = Arrays.copyOf(words, size * 2);
            }
            words[size++] = word;
        }
    }

    private record Candidate(long key, long count) {}

    /// A merge of two symbols; symbols 0 to 255 are the bytes.
    ///
    /// @param symbol what they become: the next new one, or an older one of the same spelling
    record Merge(int left, int right, int symbol) {}

    private BpeTrainer(Map<String, Long> frequencies) {
        for (var b = 0; b < BYTES; b++) {
            spellings.add(Character.toString(b));
            symbols.put(Character.toString(b), b);
        }
        frequencies.forEach((word, count) -> {
            var bytes = word.getBytes(StandardCharsets.UTF_8);
            var letters = new int[bytes.length];
            for (var i = 0; i < bytes.length; i++) {
                letters[i] = bytes[i] & 0xff;
            }
            words.add(letters);
            counts.add(count);
        });
    }

    /// Learns merges until there are `vocabulary` symbols, or no pair occurs twice.
    static List<Merge> train(Texts texts, int vocabulary) {
        var frequencies = new LinkedHashMap<String, Long>();
        texts.forEach(text -> {
            var matcher = WORDS.matcher(text);
            while (matcher.find()) {
                frequencies.merge(matcher.group(), 1L, Long::sum);
            }
        });
        return new BpeTrainer(frequencies).merges(vocabulary);
    }

    private List<Merge> merges(int vocabulary) {
        for (var word = 0; word < words.size(); word++) {
            count(word, 1);
        }
        pairs.forEach((key, pair) -> queue.add(new Candidate(key, pair.count)));
        var merges = new ArrayList<Merge>();
        while (spellings.size() < vocabulary && !queue.isEmpty()) {
            var best = queue.remove();
            var pair = pairs.get(best.key());
            if (pair == null || pair.count < 2) {
                continue;
            }
            if (pair.count != best.count()) {
                queue.add(new Candidate(best.key(), pair.count));
                continue;
            }
            var merge = merge((int) (best.key() >>> 32), (int) best.key());
            merges.add(merge);
            apply(best.key(), pair, merge.symbol());
        }
        return merges;
    }

    private Merge merge(int left, int right) {
        var spelling = spellings.get(left) + spellings.get(right);
        var symbol = symbols.computeIfAbsent(spelling, _ -> spellings.size());
        if (symbol == spellings.size()) {
            spellings.add(spelling);
        }
        return new Merge(left, right, symbol);
    }

    private void apply(long key, Pair pair, int symbol) {
        var grown = new ArrayList<Long>();
        for (var i = 0; i < pair.size; i++) {
            var word = pair.words[i];
            var merged = join(words.get(word), key, symbol);
            if (merged.length < words.get(word).length) {
                count(word, -1);
                words.set(word, merged);
                count(word, 1);
                for (var at = 1; at < merged.length; at++) {
                    if (merged[at - 1] == symbol || merged[at] == symbol) {
                        grown.add(key(merged[at - 1], merged[at]));
                    }
                }
            }
        }
        pairs.remove(key);
        grown.stream().distinct().forEach(k -> queue.add(new Candidate(k, at(k).count)));
    }

    private Pair at(long key) {
        return pairs.computeIfAbsent(key, _ -> new Pair());
    }

    /// Adds (or with -1 takes away) what a word contributes to its pairs.
    private void count(int word, int sign) {
        var symbols = words.get(word);
        var times = sign * counts.get(word);
        for (var i = 1; i < symbols.length; i++) {
            var pair = at(key(symbols[i - 1], symbols[i]));
            pair.count += times;
            if (sign > 0) {
                pair.add(word);
            }
        }
    }

    private static int[] join(int[] symbols, long key, int symbol) {
        var merged = new int[symbols.length];
        var size = 0;
        for (var i = 0; i < symbols.length; i++) {
            if (i + 1 < symbols.length && key(symbols[i], symbols[i + 1]) == key) {
                merged[size++] = symbol;
                i++;
            } else {
                merged[size++] = symbols[i];
            }
        }
        return Arrays.copyOf(merged, size);
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }
}
