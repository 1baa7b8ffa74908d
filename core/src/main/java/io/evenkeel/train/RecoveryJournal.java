package io.evenkeel.train;

import io.evenkeel.AtomicFile;
import io.evenkeel.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The last rollback on disk: what a resumed run must know of it although the checkpoint it goes on from was written
/// before. A checkpoint that holds a later memory makes it void.
final class RecoveryJournal {
    static final String FILE = "recovery.json";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;

    RecoveryJournal(Path runDirectory) {
        this.file = runDirectory.resolve(FILE);
    }

    /// @param landing       step of the checkpoint that was gone back to
    /// @param memory        guard and skipped data after it
    /// @param momentFactors what the restored moments are multiplied by, in order
    /// @param fullPrecision modules that compute in full precision from there on
    record Entry(long landing, JsonNode memory, List<Double> momentFactors, List<String> fullPrecision) {
        /// Whether a checkpoint belongs to the steps that this rollback gave up.
        boolean supersedes(long step, JsonNode checkpointMemory) {
            return step > landing && isLaterThan(checkpointMemory);
        }

        /// Whether a checkpoint was written before this rollback.
        boolean isLaterThan(JsonNode checkpointMemory) {
            return checkpointMemory.path("sequence").asLong()
                    < memory.path("sequence").asLong();
        }
    }

    void write(Entry entry) {
        try {
            AtomicFile.write(file, JSON.writeValueAsBytes(entry));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /// The last rollback, if there was one.
    ///
    /// @throws InputException when the file is damaged
    Optional<Entry> read() {
        try {
            return Optional.of(JSON.readValue(Files.readString(file), Entry.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | JacksonException e) {
            throw new InputException(
                    file + " must be the record of a rollback but cannot be read: " + e.getMessage(), e);
        }
    }
}
