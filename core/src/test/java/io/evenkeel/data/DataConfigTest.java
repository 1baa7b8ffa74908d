package io.evenkeel.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.data.token.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataConfigTest {
    /// A configuration of which the data is a part.
    record Root(DataConfig data) {}

    private static DataConfig read(String yaml) {
        return ConfigReader.read(yaml, "run.yaml", List.of(), new Root(DataConfig.defaults()))
                .data();
    }

    @Test
    void isTextWhenNothingElseIsSaid() {
        assertThat(read("data: {context: 64, tokenizer: chars}"))
                .isEqualTo(new TextData.Config("bundled", null, new Tokenizer.Chars(), 64, null, 0, null));
        assertThat(read("data: {source: foldoc, split: 0.1, tokenizer: {type: bpe, vocabulary: 512}}")
                        .resolved())
                .isEqualTo(new TextData.Config("foldoc", null, new Tokenizer.Bpe(512), 256, 0.1, 0, null));
        assertThat(read("data: {tokenizer: {type: file, path: gpt2}}"))
                .isEqualTo(
                        new TextData.Config("bundled", null, new Tokenizer.File(Path.of("gpt2")), 256, null, 0, null));
        assertThat(read("data: {tokenizer: bpe}"))
                .isEqualTo(new TextData.Config("bundled", null, new Tokenizer.Bpe(4096), 256, null, 0, null));
    }

    @Test
    void aNamedSetIsTakenForWhatItIs() {
        assertThat(read("data: {source: fashion-mnist, seed: 4}").resolved())
                .isEqualTo(new ImageData.Config("fashion-mnist", null, 4));
        assertThat(read("data: {source: shuttle, split: 0.2}").resolved())
                .isEqualTo(new TableData.Config("shuttle", null, 0.2, 0));
        assertThat(read("data: {type: table, source: cars.csv, target: price}").resolved())
                .isEqualTo(new TableData.Config("cars.csv", "price", null, 0));
    }

    @Test
    void aWrongKindIsRefused() {
        assertThatThrownBy(() -> read("data: {type: images, source: kjv}").resolved())
                .isInstanceOf(InputException.class)
                .hasMessage("source must be a set of images but kjv has documents");
        assertThatThrownBy(() -> read("data: {source: iris, field: text}").resolved())
                .hasMessage("field must be left out but was text (iris has rows, no text)");
        assertThatThrownBy(() -> read("data: {split: 2}"))
                .hasMessageContaining("data.split must be in (0, 1) but was 2");
    }
}
