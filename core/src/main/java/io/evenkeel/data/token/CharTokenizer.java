package io.evenkeel.data.token;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;

/// A token is a character (code point) of the training text, in order of code points. Token 0 stands for all others,
/// and is written U+FFFD.
final class CharTokenizer implements Tokenizer {
    static final String NAME = "chars";
    private static final String FILE = "chars.txt";
    private static final int UNKNOWN = 0xfffd;

    /// The characters of tokens 1, 2, ... in ascending order.
    private final int[] characters;

    CharTokenizer(int[] characters) {
        this.characters = characters;
    }

    /// The tokenizer for the characters of texts.
    static CharTokenizer of(Texts texts) {
        var seen = new BitSet();
        texts.forEach(text -> text.codePoints().forEach(seen::set));
        seen.clear(UNKNOWN);
        return new CharTokenizer(seen.stream().toArray());
    }

    static CharTokenizer read(Path directory) throws IOException {
        var file = directory.resolve(FILE);
        var characters = Files.readString(file).codePoints().toArray();
        for (var i = 1; i < characters.length; i++) {
            if (characters[i] <= characters[i - 1]) {
                throw new InputException(file + " must list characters in ascending order");
            }
        }
        return new CharTokenizer(characters);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int vocabulary() {
        return characters.length + 1;
    }

    @Override
    public int[] encode(String text) {
        return text.codePoints()
                .map(c -> Math.max(0, Arrays.binarySearch(characters, c) + 1))
                .toArray();
    }

    @Override
    public String decode(int... tokens) {
        var text = new StringBuilder(tokens.length);
        for (var token : tokens) {
            text.appendCodePoint(Tokens.check(token, vocabulary()) == 0 ? UNKNOWN : characters[token - 1]);
        }
        return text.toString();
    }

    @Override
    public String sha256() {
        return Tokens.sha256(NAME + new String(characters, 0, characters.length));
    }

    @Override
    public void save(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(FILE), new String(characters, 0, characters.length));
        Files.writeString(directory.resolve(KIND_FILE), NAME + "\n");
    }
}
