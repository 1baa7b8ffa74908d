package io.evenkeel.checkpoint;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What is known of a checkpoint besides its bytes: the file `HEALTH`, a line of JSON and a line with its SHA-256.
///
/// It is a file of its own since it may be learnt after the checkpoint was written.
///
/// @param healthy whether loss and gradients were finite up to its step
/// @param valLoss held-out loss at its step in nats, null when none was measured
/// @param reason  why it is healthy or not
public record Health(boolean healthy, @Nullable Double valLoss, String reason) {
    static final String FILE = "HEALTH";

    private static final JsonMapper JSON = JsonMapper.shared();

    /// The bytes of the file.
    byte[] bytes() {
        var line = JSON.writeValueAsString(this);
        return (line + "\n" + sum(line) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// Reads the file in a checkpoint's directory.
    ///
    /// @throws InputException when it is missing or damaged
    static Health read(Path directory) {
        var file = directory.resolve(FILE);
        try {
            var lines = Files.readString(file).split("\n", -1);
            if (lines.length != 3 || !lines[2].isEmpty() || !sum(lines[0]).equals(lines[1])) {
                throw new InputException(FILE + " does not match its checksum");
            }
            return JSON.readValue(lines[0], Health.class);
        } catch (IOException e) {
            throw new InputException(FILE + " cannot be read: " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new InputException(FILE + " is not understood", e);
        }
    }

    private static String sum(String line) {
        return HexFormat.of().formatHex(Sha256.digest().digest(line.getBytes(StandardCharsets.UTF_8)));
    }
}
