package io.evenkeel.data.token;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Turns text into token ids `0 .. vocabulary - 1` and back. Safe to use from several threads.
public interface Tokenizer {
    /// The file in a directory that says which tokenizer it holds.
    String KIND_FILE = "tokenizer.kind";

    /// What it works by: `bytes`, `chars`, `bpe`, or another model that a `tokenizer.json` has.
    String name();

    /// How many different tokens there are.
    int vocabulary();

    /// The tokens of a text.
    int[] encode(String text);

    /// The text of tokens. Tokens that do not form characters give U+FFFD.
    ///
    /// @throws IllegalArgumentException for a token outside the vocabulary
    String decode(int... tokens);

    /// SHA-256 in hexadecimal of everything that [#encode] depends on.
    String sha256();

    /// Writes it into a directory, which is made if need be, so that [#load] gives the same tokenizer.
    void save(Path directory) throws IOException;

    /// Reads the tokenizer that was saved in a directory.
    ///
    /// @throws InputException when there is none or it is damaged
    static Tokenizer load(Path directory) {
        try {
            var kind = Files.readString(directory.resolve(KIND_FILE)).strip();
            return switch (kind) {
                case ByteTokenizer.NAME -> new ByteTokenizer();
                case CharTokenizer.NAME -> CharTokenizer.read(directory);
                case JsonTokenizer.NAME -> JsonTokenizer.open(directory.resolve(JsonTokenizer.FILE));
                default ->
                    throw new InputException("tokenizer must be bytes, chars or json but was " + kind + " ("
                            + directory.resolve(KIND_FILE) + ")");
            };
        } catch (IOException e) {
            throw new InputException(
                    "tokenizer must be readable but " + e.getMessage() + " was not found or not read", e);
        }
    }

    /// Makes the tokenizer of a configuration, learning what it needs from the texts.
    ///
    /// @throws InputException when the file it names is missing or wrong, or the texts are too short for its
    /// vocabulary
    static Tokenizer of(Config config, Texts texts) {
        return switch (config) {
            case Bytes _ -> new ByteTokenizer();
            case Chars _ -> CharTokenizer.of(texts);
            case Bpe bpe -> JsonTokenizer.train(texts, bpe.vocabulary());
            case File file -> JsonTokenizer.open(file.path());
        };
    }

    /// Which tokenizer to use.
    sealed interface Config permits Bytes, Chars, Bpe, File {
        static Config defaults() {
            return new Bytes();
        }
    }

    /// The 256 bytes of UTF-8.
    record Bytes() implements Config {}

    /// The characters (code points) of the training text.
    record Chars() implements Config {}

    /// Byte-level byte-pair encoding, trained on the training text.
    ///
    /// @param vocabulary how many tokens, the 256 bytes among them
    record Bpe(int vocabulary) implements Config {
        public Bpe {
            if (vocabulary < 257 || vocabulary > 1 << 20) {
                throw new IllegalArgumentException("vocabulary must be in [257, 1048576] but was " + vocabulary);
            }
        }

        public static Bpe defaults() {
            return new Bpe(4096);
        }
    }

    /// A trained tokenizer: a `tokenizer.json`, or a directory that has one, or has GPT-2's `encoder.json` (or
    /// `vocab.json`) and `vocab.bpe` (or `merges.txt`).
    record File(Path path) implements Config {}
}
