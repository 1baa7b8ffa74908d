package io.evenkeel.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.InputException;
import io.evenkeel.data.fetch.DataSets;
import io.evenkeel.data.token.Tokenizer;
import io.evenkeel.random.RandomStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextDataTest {
    @TempDir
    Path dir;

    private TextData open(String source, Tokenizer.Config tokenizer, int context, double split) {
        return TextData.open(
                new TextData.Config(source, null, tokenizer, context, split, 3, null), dir.resolve("cache"));
    }

    private TextData open(Path source) {
        return open(source.toString(), new Tokenizer.Bytes(), 8, 0.2);
    }

    private static String lines(int count) {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++) {
            text.append("line ").append(i).append(" of the text\n");
        }
        return text.toString();
    }

    @Test
    void theBundledTextHasTheNovelsByChapter() {
        var chapters = new ArrayList<io.evenkeel.data.format.Document>();
        var source = TextSource.of("bundled", null, new DataSets(dir));
        source.forEach(chapters::add);
        assertThat(chapters).hasSize(269);
        var text = new StringBuilder();
        chapters.forEach(chapter -> text.append(chapter.text()));
        assertThat(text.toString().lines().count()).isEqualTo(73_410);
        assertThat(text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .hasSize(4_024_596);
        assertThat(chapters.stream().map(c -> c.label()).distinct()).hasSize(6);
        assertThat(chapters.get(50).name()).isEqualTo("pride-and-prejudice 1");
        assertThat(chapters.get(50).text()).contains("It is a truth universally acknowledged");
        assertThat(text).doesNotContain("Signet Classic");
        assertThat(source.licence()).isEqualTo("public domain");
    }

    @Test
    void opensTheBundledTextByDefault() {
        var config = TextData.Config.defaults();
        try (var data = TextData.open(config, dir)) {
            assertThat(data.documents()).isEqualTo(269);
            assertThat(data.trainTokens() + data.validationTokens()).isEqualTo(4_024_596);
            assertThat(data.validationTokens()).isBetween(180_000L, 201_230L);
            // Letters of English text: about 3.1 nats with the space.
            assertThat(data.unigramEntropy()).isBetween(3.0, 3.2);
            assertThat(data.validationEntropy())
                    .isLessThan(data.unigramEntropy())
                    .isGreaterThan(3.0);
        }
    }

    @Test
    void documentsAreInOnePartOnly() {
        try (var data = open("bundled", new Tokenizer.Bytes(), 64, 0.1);
                var source = data.train(16, RandomStream.of(1, "order"), Partition.WHOLE)) {
            var train = new HashSet<String>();
            for (var i = 0L; i < source.examplesPerEpoch(); i++) {
                train.add(source.origin(i).document());
            }
            var held = new HashSet<String>();
            for (var batch : data.validation(64, Long.MAX_VALUE)) {
                batch.origins().forEach(origin -> held.add(origin.document()));
                batch.close();
            }
            assertThat(held).isNotEmpty().doesNotContainAnyElementsOf(train);
            assertThat(train.size() + held.size()).isEqualTo(269);
        }
    }

    @Test
    void targetsAreTheNextTokensAndOriginsLeadBackToTheText() throws IOException {
        var folder = Files.createDirectories(dir.resolve("folder/b"));
        var texts = new java.util.HashMap<String, String>();
        for (var i = 0; i < 25; i++) {
            var name = i % 2 == 0 ? "b/" + i + ".txt" : i + ".txt";
            texts.put(name, "document " + i + ": " + lines(3 + i));
            Files.writeString(dir.resolve("folder").resolve(name), texts.get(name));
        }
        Files.writeString(folder.resolve(".hidden"), "no");
        try (var data = open(folder.getParent());
                var source = data.train(4, RandomStream.of(1, "order"), Partition.WHOLE)) {
            assertThat(data.documents()).isEqualTo(25);
            for (var i = 0; i < 100; i++) {
                try (var batch = source.next()) {
                    var in = batch.inputs().toLongs();
                    var out = batch.targets().toLongs();
                    for (var row = 0; row < 4; row++) {
                        var inputs = Arrays.copyOfRange(in, row * 8, row * 8 + 8);
                        assertThat(Arrays.copyOfRange(out, row * 8, row * 8 + 7))
                                .isEqualTo(Arrays.copyOfRange(inputs, 1, 8));
                        var origin = batch.origins().get(row);
                        var text = texts.get(origin.document());
                        var end = (int) Math.min(text.length(), origin.offset() + 8);
                        var read = data.tokenizer()
                                .decode(Arrays.stream(inputs)
                                        .mapToInt(t -> (int) t)
                                        .toArray());
                        assertThat(read).startsWith(text.substring((int) origin.offset(), end));
                    }
                }
            }
        }
    }

    @Test
    void aPassTakesEveryTokenOnceButThoseOfOneWindow() throws IOException {
        var file = Files.writeString(dir.resolve("a.txt"), lines(400));
        try (var data = open(file);
                var source = data.train(1, RandomStream.of(1, "order"), Partition.WHOLE)) {
            var starts = new HashSet<Long>();
            var windows = source.examplesPerEpoch();
            assertThat(windows).isEqualTo(data.trainTokens() / 8 - 1);
            for (var epoch = 0; epoch < 6; epoch++) {
                var seen = new HashSet<Batch.Origin>();
                for (var i = 0L; i < windows; i++) {
                    seen.add(source.origin(epoch * windows + i));
                }
                assertThat(seen).hasSize((int) windows);
                starts.add(seen.stream()
                        .filter(o -> o.document().endsWith(" 1"))
                        .mapToLong(Batch.Origin::offset)
                        .min()
                        .orElse(-1));
            }
            assertThat(starts)
                    .as("windows begin at other offsets in other passes")
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void validationIsAlwaysTheSame() {
        try (var data = open("bundled", new Tokenizer.Bytes(), 128, 0.05)) {
            var validation = data.validation(3, 128 * 7 + 5);
            assertThat(validation.examples()).isEqualTo(7);
            assertThat(validation.batches()).isEqualTo(3);
            var runs = new ArrayList<List<Long>>();
            for (var run = 0; run < 2; run++) {
                var tokens = new ArrayList<Long>();
                for (var batch : validation) {
                    for (var token : batch.inputs().toLongs()) {
                        tokens.add(token);
                    }
                    batch.close();
                }
                runs.add(tokens);
            }
            assertThat(runs.get(0)).hasSize(7 * 128).isEqualTo(runs.get(1));
        }
    }

    /// Training `aaab`, held out `ab` (with their line ends), worked by hand: add-one counts of 256 tokens.
    @Test
    void unigramEntropyOfATinyText() throws IOException {
        var file = dir.resolve("t.jsonl");
        Files.writeString(file, "{\"text\":\"aaab\"}\n{\"text\":\"ab\"}\n");
        try (var data = TextData.open(
                new TextData.Config(file.toString(), null, new Tokenizer.Bytes(), 1, 0.4, 0, null), dir)) {
            assertThat(data.validationTokens()).isEqualTo(3);
            var expected = -(Math.log(4 / 261.0) + Math.log(2 / 261.0) + Math.log(2 / 261.0)) / 3;
            assertThat(data.unigramEntropy()).isCloseTo(expected, within(1e-12));
            assertThat(data.validationEntropy()).isCloseTo(Math.log(3), within(1e-12));
        }
    }

    @Test
    void tokensAreMadeOnceAndAgainWhenDamaged() throws IOException {
        var file = Files.writeString(dir.resolve("a.txt"), lines(300));
        String key;
        try (var data = open(file)) {
            key = data.sha256();
        }
        var tokens = dir.resolve("cache/tokens").resolve(key).resolve("tokens.bin");
        var made = Files.getLastModifiedTime(tokens);
        try (var data = open(file)) {
            assertThat(data.sha256()).isEqualTo(key);
        }
        assertThat(Files.getLastModifiedTime(tokens)).isEqualTo(made);
        var good = Files.readAllBytes(tokens);
        var random = RandomStream.of(1, "bits");
        for (var trial = 0; trial < 40; trial++) {
            try (var damage = new RandomAccessFile(tokens.toFile(), "rw")) {
                var at = trial < 20 ? random.nextInt(200) : random.nextInt(good.length);
                damage.seek(at);
                damage.write(good[at] ^ (1 << random.nextInt(8)));
            }
            open(file).close();
            assertThat(Files.readAllBytes(tokens)).isEqualTo(good);
        }
        Files.write(tokens, Arrays.copyOf(good, good.length - 1));
        open(file).close();
        assertThat(Files.readAllBytes(tokens)).isEqualTo(good);
        Files.writeString(file, lines(301));
        try (var data = open(file)) {
            assertThat(data.sha256()).isNotEqualTo(key);
        }
    }

    @Test
    void packedAndPlainTextAreTheSame() throws IOException {
        var plain = Files.writeString(dir.resolve("a.txt"), lines(300));
        var packed = Files.createDirectories(dir.resolve("p")).resolve("a.txt");
        try (var out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(Files.readAllBytes(plain));
        }
        try (var a = open(plain);
                var b = open(packed)) {
            assertThat(a.sha256()).isEqualTo(b.sha256());
            assertThat(a.documents()).isGreaterThan(2);
        }
    }

    @Test
    void aSingleFileIsCutWithoutLoss() throws IOException {
        var text = "é".repeat(3000) + lines(200) + "\n\n" + "😀".repeat(4000) + lines(10);
        var file = Files.writeString(dir.resolve("a.txt"), text);
        var joined = new StringBuilder();
        TextSource.of(file.toString(), null, new DataSets(dir)).forEach(document -> joined.append(document.text()));
        assertThat(joined.toString()).isEqualTo(text);
    }

    @Test
    void otherTokenizersHaveTheirOwnFiles() {
        try (var chars = open("bundled", new Tokenizer.Chars(), 64, 0.05)) {
            assertThat(chars.tokenizer().vocabulary()).isBetween(80, 100);
            assertThat(chars.unigramEntropy()).isBetween(3.0, 3.2);
        }
    }

    @Test
    void saysWhatIsWrongWithASource() throws IOException {
        var cases = new ArrayList<String[]>();
        cases.add(new String[] {
            "folddoc",
            "source must be bundled, a set of 'evenkeel data list', or the path of a file or folder but was 'folddoc',"
                    + " which does not exist; the nearest set is 'foldoc'"
        });
        cases.add(new String[] {
            "foldoc",
            "set must be fetched first but foldoc is not; run: evenkeel data fetch foldoc" + " (2.4 MB, GFDL-1.1+)"
        });
        var empty = Files.writeString(dir.resolve("empty.txt"), "").toString();
        cases.add(new String[] {empty, "source must have text but " + empty + " is empty"});
        var nul = Files.write(dir.resolve("nul.txt"), new byte[] {'a', (byte) 0xc3, (byte) 0xa9, 0, 'b'})
                .toString();
        cases.add(
                new String[] {nul, "source must be text but has a NUL byte at offset 3: a binary file (" + nul + ")"});
        var big = new byte[200_000];
        Arrays.fill(big, (byte) 'x');
        big[150_001] = (byte) 0xff;
        var bad = Files.write(dir.resolve("bad.txt"), big).toString();
        cases.add(new String[] {bad, "source must be UTF-8 text but has byte 0xFF at offset 150001 (" + bad + ")"});
        var cut = Files.write(dir.resolve("cut.txt"), new byte[] {'a', (byte) 0xe2, (byte) 0x82})
                .toString();
        cases.add(new String[] {cut, "source must be UTF-8 text but has byte 0xE2 at offset 1 (" + cut + ")"});
        var tiny = Files.writeString(dir.resolve("tiny.txt"), "one piece").toString();
        cases.add(new String[] {
            tiny,
            "source must have at least two documents, one to train on and one to hold out, but " + tiny
                    + " has one of 9 characters"
        });
        var folder = Files.createDirectories(dir.resolve("none")).toString();
        cases.add(new String[] {folder, "source must have files but " + folder + " has none"});
        var two = Files.writeString(dir.resolve("two.jsonl"), "{\"text\":\"abc\"}\n{\"text\":\"defgh\"}\n")
                .toString();
        cases.add(new String[] {
            two,
            "context must be < 4 but was 8 (the training part of " + two
                    + " has 4 tokens in 1 document(s), and a window takes 9)"
        });
        for (var each : cases) {
            assertThatThrownBy(() -> open(each[0], new Tokenizer.Bytes(), 8, 0.7))
                    .as(each[0])
                    .isInstanceOf(InputException.class)
                    .hasMessage(each[1]);
        }
        assertThat(dir.resolve("cache/data")).doesNotExist();
    }

    @Test
    void saysWhatIsWrongWithJsonLines() throws IOException {
        var file = dir.resolve("x.jsonl").toString();
        Files.writeString(Path.of(file), "{\"body\":\"a\",\"n\":1}\n\n{\"title\":\"b\",\"id\":\"c\"}\n");
        assertThatThrownBy(() -> field(file, "body"))
                .hasMessage("field must be one of the text fields [title, id] but was body (" + file + ":3)");
        Files.writeString(Path.of(file), "{\"body\":\"a\"}\n{\"body\":\n");
        assertThatThrownBy(() -> field(file, "body"))
                .hasMessageStartingWith("source must have a JSON object a line but: ")
                .hasMessageEndingWith("(" + file + ":2)");
        Files.writeString(Path.of(file), "[1]\n");
        assertThatThrownBy(() -> field(file, "body"))
                .hasMessage("source must have a JSON object a line but has another value (" + file + ":1)");
        assertThatThrownBy(() -> field("bundled", "body"))
                .hasMessage("field must be left out but was body (bundled has no fields; .jsonl files do)");
    }

    private void field(String source, String field) {
        TextData.open(new TextData.Config(source, field, new Tokenizer.Bytes(), 2, null, 0, null), dir)
                .close();
    }

    @Test
    void configurationsHaveBounds() {
        assertThatThrownBy(() -> new TextData.Config("a", null, new Tokenizer.Bytes(), 0, null, 0, null))
                .hasMessage("context must be >= 1 but was 0");
        assertThatThrownBy(() -> new TextData.Config("a", null, new Tokenizer.Bytes(), 1, 1.0, 0, null))
                .hasMessage("split must be in (0, 1) but was 1.0");
    }
}
