package io.evenkeel.study;

import io.evenkeel.AtomicFile;
import io.evenkeel.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The results of studies: `results/p34/study.json`, the claims and the verdict, and `results/p34/trials.jsonl`, what
/// they are computed from, a trial a line. Those that come with the program are part of it.
public final class Archive {
    private static final String STUDY = "study.json";
    private static final String TRIALS = "trials.jsonl";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final @Nullable Path directory;

    private Archive(@Nullable Path directory) {
        this.directory = directory;
    }

    /// The results in a directory.
    public static Archive in(Path directory) {
        return new Archive(directory);
    }

    /// The results that come with the program.
    public static Archive bundled() {
        return new Archive(null);
    }

    /// What is stored of a study, if it was ever run.
    public Optional<Report.Stored> find(Paper paper) {
        try (var in = open(paper, STUDY)) {
            return in == null ? Optional.empty() : Optional.of(Report.Stored.of(JSON.readTree(in)));
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw damaged(paper, STUDY, e);
        }
    }

    /// The trials of a study; none if it was never run.
    public Results results(Paper paper) {
        var results = new ArrayList<Result>();
        try (var in = open(paper, TRIALS)) {
            if (in != null) {
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    results.add(Result.of(JSON.readTree(line)));
                }
            }
        } catch (IOException | JacksonException e) {
            throw damaged(paper, TRIALS, e);
        }
        return new Results(results);
    }

    private @Nullable InputStream open(Paper paper, String name) throws IOException {
        if (directory == null) {
            return Archive.class.getResourceAsStream("results/" + paper.directory() + "/" + name);
        }
        var file = directory.resolve(paper.directory()).resolve(name);
        return Files.exists(file) ? Files.newInputStream(file) : null;
    }

    private InputException damaged(Paper paper, String name, Throwable cause) {
        return new InputException(
                (directory == null ? "bundled results" : directory) + "/" + paper.directory() + "/" + name
                        + " cannot be read: " + String.valueOf(cause.getMessage()).lines().findFirst().orElse(""),
                cause);
    }

    /// Stores a report and its trials.
    public void put(Report report) {
        if (directory == null) {
            throw new IllegalStateException("bundled results cannot be changed");
        }
        var place = directory.resolve(report.paper().directory());
        var lines = new StringBuilder();
        report.results().all().forEach(result -> lines.append(result.json()).append('\n'));
        try {
            Files.createDirectories(place);
            AtomicFile.write(place.resolve(TRIALS), lines.toString().getBytes(StandardCharsets.UTF_8));
            AtomicFile.write(place.resolve(STUDY), (JSON.writeValueAsString(report.json()) + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("results cannot be written to " + place + ": " + e.getMessage(), e);
        }
    }
}
