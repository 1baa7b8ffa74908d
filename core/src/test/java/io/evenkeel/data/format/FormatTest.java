package io.evenkeel.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatTest {
    @TempDir
    Path dir;

    @Test
    void csvKnowsQuotesSeparatorsAndMissingCells() {
        assertThat(CsvFile.parse("a,b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n\r\n,\"\"\r\n", "t"))
                .isEqualTo(new CsvFile(
                        List.of("a", "b"), List.of(List.of("1", "x, \"y\"\r\nz"), Arrays.asList(null, ""))));
        assertThat(CsvFile.parse("\uFEFFa\tb,c\td\n1\tNA\t2,5", "t"))
                .isEqualTo(new CsvFile(List.of("a", "b,c", "d"), List.of(Arrays.asList("1", null, "2,5"))));
    }

    @Test
    void csvWritesWhatItReads() throws IOException {
        var random = RandomStream.of(1, "cells");
        var cells = new String[] {"a", "", "NA", "x,y", "\"", "line\nend", "é", " ", null, "1.5"};
        for (var trial = 0; trial < 50; trial++) {
            var rows = new ArrayList<List<String>>();
            for (var row = 0; row < 5; row++) {
                rows.add(Arrays.asList(
                        cells[random.nextInt(8)], cells[random.nextInt(cells.length)], cells[random.nextInt(10)]));
            }
            var table = new CsvFile(List.of("p", "q, r", "s"), rows);
            var file = dir.resolve(trial + ".csv.gz");
            table.write(file);
            assertThat(CsvFile.read(file)).isEqualTo(table);
        }
    }

    @Test
    void csvSaysWhichLineIsWrong() {
        assertThatThrownBy(() -> CsvFile.parse("a,b\n1,2\n\n1,2,3\n", "t.csv"))
                .isInstanceOf(InputException.class)
                .hasMessage("row must have 2 cells but has 3 (t.csv:4)");
        assertThatThrownBy(() -> CsvFile.parse("a,b\n1,\"2\n3", "t.csv"))
                .hasMessage("cell must have a closing quote but has none (t.csv:2)");
        assertThatThrownBy(() -> CsvFile.parse("a,b\n\"1\"x,2\n", "t.csv"))
                .hasMessage("cell must end at its closing quote but does not (t.csv:2)");
        assertThatThrownBy(() -> CsvFile.parse("a,a\n", "t.csv"))
                .hasMessage("header must name each column once but was [a, a] (t.csv:1)");
        assertThatThrownBy(() -> CsvFile.parse("", "t.csv")).hasMessageContaining("was empty");
    }

    @Test
    void idxIsReadAsItIsSpecified() throws IOException {
        var file = dir.resolve("a.idx");
        Files.write(file, new byte[] {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, (byte) 255});
        var read = IdxFile.read(file);
        assertThat(read.shape()).containsExactly(2, 3);
        assertThat(read.elements()).containsExactly(1, 2, 3, 4, 5, 255);
        read.write(dir.resolve("b.gz"));
        assertThat(IdxFile.read(dir.resolve("b.gz")).elements()).isEqualTo(read.elements());
    }

    @Test
    void idxSaysWhatIsWrong() throws IOException {
        var file = dir.resolve("a.idx");
        Files.write(file, new byte[] {0, 0, 8, 1, 0, 0, 0, 3, 1, 2});
        assertThatThrownBy(() -> IdxFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessage("source must have 3 elements as its header says but has only 2 (" + file + ")");
        Files.write(file, new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 1, 2});
        assertThatThrownBy(() -> IdxFile.read(file)).hasMessageContaining("1 elements as its header says but has more");
        Files.write(file, new byte[] {0, 0, 13, 1, 0, 0, 0, 1});
        assertThatThrownBy(() -> IdxFile.read(file)).hasMessageContaining("begins with 0x00000D01");
        Files.write(file, new byte[] {0, 0, 8});
        assertThatThrownBy(() -> IdxFile.read(file)).hasMessageContaining("ends early or is damaged");
        Files.write(file, new byte[] {0, 0, 8, 3, 127, 0, 0, 0, 127, 0, 0, 0, 127, 0, 0, 0});
        assertThatThrownBy(() -> IdxFile.read(file)).hasMessageContaining("fewer than 2^31 elements");
        Files.write(file, new byte[] {0, 0, 8, 1, -1, -1, -1, -1});
        assertThatThrownBy(() -> IdxFile.read(file)).isInstanceOf(InputException.class);
    }

    @Test
    void jsonLinesKeepNamesAndLabels() throws IOException {
        var documents = List.of(new Document("a \"b\"", "x\ny\u2028", null), new Document("c", "😀", "label"));
        var file = dir.resolve("d.jsonl.gz");
        JsonLines.write(file, sink -> {
            for (var document : documents) {
                sink.accept(document);
            }
        });
        var read = new ArrayList<Document>();
        JsonLines.read(file, "text", read::add);
        assertThat(read).isEqualTo(documents);
    }

    @Test
    void utf8IsTheSameInAnyPieces() throws IOException {
        var random = RandomStream.of(2, "text");
        var text = new StringBuilder();
        while (text.length() < 300_000) {
            text.appendCodePoint(random.nextInt(4) == 0 ? 0x1F600 + random.nextInt(40) : 'a' + random.nextInt(400));
        }
        assertThat(Utf8.readAll(Files.writeString(dir.resolve("t"), text))).isEqualTo(text.toString());
    }
}
