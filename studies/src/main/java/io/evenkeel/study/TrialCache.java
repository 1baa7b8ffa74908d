package io.evenkeel.study;

import io.evenkeel.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Results by key, a file each: what makes an interrupted study go on where it was. The key holds all that a trial
/// depends on, so nothing ever has to be thrown away.
final class TrialCache {
    private final Path directory;

    /// @param cache where it is kept
    TrialCache(Path cache, String study) {
        this.directory = cache.resolve("studies").resolve(study.toLowerCase(Locale.ROOT));
    }

    /// The result of a trial, under the names that it has now; empty when there is none, or an unreadable one.
    Optional<Result> find(Trial<?> trial, String key) {
        try {
            var stored = Result.of(JsonMapper.shared().readTree(Files.readString(file(key))));
            return Optional.of(
                    new Result(trial.arm(), trial.factors(), trial.seed(), key, stored.seconds(), stored.measured()));
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        }
    }

    void put(Result result) {
        try {
            Files.createDirectories(directory);
            AtomicFile.write(
                    file(result.key()), result.json().toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("result cannot be kept in " + directory + ": " + e.getMessage(), e);
        }
    }

    private Path file(String key) {
        return directory.resolve(key + ".json");
    }
}
