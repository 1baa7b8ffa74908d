package io.evenkeel.data.token;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A token is a byte of UTF-8.
final class ByteTokenizer implements Tokenizer {
    static final String NAME = "bytes";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int vocabulary() {
        return 256;
    }

    @Override
    public int[] encode(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var tokens = new int[bytes.length];
        for (var i = 0; i < tokens.length; i++) {
            tokens[i] = bytes[i] & 0xff;
        }
        return tokens;
    }

    @Override
    public String decode(int... tokens) {
        var bytes = new byte[tokens.length];
        for (var i = 0; i < tokens.length; i++) {
            bytes[i] = (byte) Tokens.check(tokens[i], 256);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String sha256() {
        return Tokens.sha256(NAME);
    }

    @Override
    public void save(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(KIND_FILE), NAME + "\n");
    }
}
