package io.evenkeel.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    @TempDir
    Path dir;

    private static final String TEXT = "It was the best of times, it was the worst of times. ".repeat(40);

    private static Tokenizer make(Tokenizer.Config config, String... texts) {
        return Tokenizer.of(config, List.of(texts)::forEach);
    }

    /// Any code points but surrogates, NUL and line ends among them.
    private static String random(RandomStream random) {
        var text = new StringBuilder();
        for (var length = random.nextInt(60); length > 0; length--) {
            var c = switch (random.nextInt(5)) {
                case 0 -> random.nextInt(32);
                case 1 -> ' ';
                case 2 -> random.nextInt(0x10000);
                case 3 -> random.nextInt(0x10000, 0x110000);
                default -> random.nextInt('a', 'z' + 1);
            };
            text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? 'x' : c);
        }
        return text.toString();
    }

    @Test
    void decodingUndoesEncoding() {
        var random = RandomStream.of(1, "texts");
        var bytes = make(new Tokenizer.Bytes());
        var bpe = make(new Tokenizer.Bpe(275), TEXT);
        for (var trial = 0; trial < 300; trial++) {
            var text = random(random);
            var chars = make(new Tokenizer.Chars(), text, TEXT);
            for (var tokenizer : List.of(bytes, chars, bpe)) {
                var tokens = tokenizer.encode(text);
                assertThat(tokenizer.decode(tokens)).as(tokenizer.name()).isEqualTo(text);
                assertThat(java.util.Arrays.stream(tokens))
                        .allMatch(token -> token >= 0 && token < tokenizer.vocabulary());
            }
        }
    }

    @Test
    void charsKnowOnlyTheTrainingText() {
        var chars = make(new Tokenizer.Chars(), "ba", "c\n");
        assertThat(chars.vocabulary()).isEqualTo(5);
        assertThat(chars.encode("abc\n?")).containsExactly(2, 3, 4, 1, 0);
        assertThat(chars.decode(2, 0)).isEqualTo("a\uFFFD");
        assertThatThrownBy(() -> chars.decode(5)).hasMessage("token must be in [0, 5) but was 5");
    }

    /// Worked by hand. Words: "ab" 3 times, " ab" 2, " abc" 1; a=97, b=98, c=99, space=32. ab: 6; then " ab" of
    /// (32,
    /// 256): 3; then (257, 99) occurs once, so it ends.
    @Test
    void learnsTheMergesOfATinyText() {
        assertThat(BpeTrainer.train(List.of("ab ab", "ab abc", "ab ab")::forEach, 1000))
                .containsExactly(new BpeTrainer.Merge(97, 98, 256), new BpeTrainer.Merge(32, 256, 257));
    }

    @Test
    void equallyFrequentPairsGoByTheirSymbols() {
        assertThat(BpeTrainer.train(List.of("zy\nzy\nba\nba\n")::forEach, 257))
                .containsExactly(new BpeTrainer.Merge(98, 97, 256));
    }

    /// Training counts pairs by difference; counting anew after each merge must give the same merges.
    @Test
    void learnsWhatCountingFromScratchLearns() {
        var random = RandomStream.of(4, "words");
        for (var trial = 0; trial < 20; trial++) {
            var text = new StringBuilder();
            for (var word = 0; word < 40; word++) {
                text.append(' ');
                for (var letters = random.nextInt(1, 9); letters > 0; letters--) {
                    text.append((char) ('a' + random.nextInt(3)));
                }
            }
            assertThat(BpeTrainer.train(List.of(text.toString())::forEach, 290))
                    .isEqualTo(fromScratch(text.toString(), 290));
        }
    }

    private static List<BpeTrainer.Merge> fromScratch(String text, int vocabulary) {
        var words = new ArrayList<List<String>>();
        for (var word : text.split("(?= )")) {
            words.add(new ArrayList<>(word.chars().mapToObj(Character::toString).toList()));
        }
        var symbols = new ArrayList<String>();
        for (var b = 0; b < 256; b++) {
            symbols.add(Character.toString(b));
        }
        var merges = new ArrayList<BpeTrainer.Merge>();
        while (symbols.size() < vocabulary) {
            var counts = new java.util.TreeMap<Long, Integer>();
            for (var word : words) {
                for (var i = 1; i < word.size(); i++) {
                    var key = (long) symbols.indexOf(word.get(i - 1)) << 32 | symbols.indexOf(word.get(i));
                    counts.merge(key, 1, Integer::sum);
                }
            }
            var best = counts.entrySet().stream()
                    .reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
                    .orElseThrow();
            if (best.getValue() < 2) {
                break;
            }
            var left = symbols.get((int) (best.getKey() >>> 32));
            var right = symbols.get((int) (long) best.getKey());
            if (!symbols.contains(left + right)) {
                symbols.add(left + right);
            }
            merges.add(
                    new BpeTrainer.Merge(symbols.indexOf(left), symbols.indexOf(right), symbols.indexOf(left + right)));
            for (var word : words) {
                for (var i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(left) && word.get(i + 1).equals(right)) {
                        word.set(i, left + right);
                        word.remove(i + 1);
                    }
                }
            }
        }
        return merges;
    }

    @Test
    void bpeIsShorterThanBytesAndSpellsItsTokens() {
        var bpe = make(new Tokenizer.Bpe(279), TEXT);
        assertThat(bpe.vocabulary()).isEqualTo(279);
        assertThat(bpe.encode(TEXT).length).isLessThan(TEXT.length() / 2);
        assertThat(bpe.decode(bpe.encode("worst times")[0])).isNotEmpty();
        assertThatThrownBy(() -> make(new Tokenizer.Bpe(5000), TEXT))
                .isInstanceOf(InputException.class)
                .hasMessageMatching("vocabulary must be <= \\d+ but was 5000 \\(the training text has no more pairs"
                        + " that occur twice\\)");
        assertThatThrownBy(() -> new Tokenizer.Bpe(256)).hasMessage("vocabulary must be in [257, 1048576] but was 256");
    }

    @Test
    void aRunKeepsItsTokenizer() throws IOException {
        for (var config : List.of(new Tokenizer.Bytes(), new Tokenizer.Chars(), new Tokenizer.Bpe(270))) {
            var tokenizer = make(config, TEXT);
            var directory = dir.resolve(tokenizer.name());
            tokenizer.save(directory);
            var again = Tokenizer.load(directory);
            assertThat(again.sha256()).isEqualTo(tokenizer.sha256());
            assertThat(again.encode(TEXT)).isEqualTo(tokenizer.encode(TEXT));
            assertThat(again.vocabulary()).isEqualTo(tokenizer.vocabulary());
        }
        assertThatThrownBy(() -> Tokenizer.load(dir.resolve("none"))).isInstanceOf(InputException.class);
        Files.createDirectories(dir.resolve("odd"));
        Files.writeString(dir.resolve("odd").resolve(Tokenizer.KIND_FILE), "words\n");
        assertThatThrownBy(() -> Tokenizer.load(dir.resolve("odd")))
                .hasMessageContaining("tokenizer must be bytes, chars or json but was words");
    }

    @Test
    void readsTheTwoFilesOfGpt2() throws IOException {
        // In these files a space is written as U+0120.
        Files.writeString(
                dir.resolve("encoder.json"),
                "{\"a\":0,\"b\":1,\"\u0120\":2,\"ab\":3,\"\u0120ab\":4," + "\"<|endoftext|>\":5}");
        Files.writeString(dir.resolve("vocab.bpe"), "#version: 0.2\na b\n\u0120 ab\n");
        var tokenizer = make(new Tokenizer.File(dir));
        assertThat(tokenizer.vocabulary()).isEqualTo(6);
        assertThat(tokenizer.encode("ab ab ba")).containsExactly(3, 4, 2, 1, 0);
        assertThat(tokenizer.encode("a<|endoftext|>")).containsExactly(0, 5);
        assertThat(tokenizer.decode(3, 4)).isEqualTo("ab ab");
    }

    @Test
    void saysWhatIsWrongWithATokenizerFile() throws IOException {
        assertThatThrownBy(() -> make(new Tokenizer.File(dir.resolve("none.json"))))
                .hasMessageContaining("tokenizer.path must be a readable tokenizer.json but was");
        assertThatThrownBy(() -> make(new Tokenizer.File(dir)))
                .hasMessageContaining("tokenizer.path must have tokenizer.json, or encoder.json and vocab.bpe");
        var file = Files.writeString(dir.resolve("bad.json"), "{");
        assertThatThrownBy(() -> make(new Tokenizer.File(file))).hasMessageContaining("tokenizer must be JSON but");
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> make(new Tokenizer.File(file)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tokenizer was refused by the tokenizer library");
    }
}
