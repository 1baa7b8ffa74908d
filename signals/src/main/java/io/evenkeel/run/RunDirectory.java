package io.evenkeel.run;

import io.evenkeel.InputException;
import io.evenkeel.metric.MetricHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One directory a run. Everything in it can be read with other tools, and nothing else is needed to show or judge the
/// run.
///
///     manifest.json      what the run is; makes the directory a run; never changed
///     config.yaml        the resolved configuration;  config.user.yaml  the one given
///     status.json        how it is doing, replaced every two seconds while it is written
///     metrics/00000.seg  readings, append only;  00000.col  their summary once a segment is complete
///     events.jsonl       what happened, one JSON object a line
///     checkpoints/       one directory a checkpoint
///     tensors/           probes and dumps
///     run.lock           held by the process that writes the run
public final class RunDirectory {
    static final String METRICS = "metrics";
    static final String CONFIG = "config.yaml";

    private static final String USER_CONFIG = "config.user.yaml";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String TENSORS = "tensors";
    private static final int NAME_CHARACTERS = 60;
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Path path;
    private final Manifest manifest;

    private RunDirectory(Path path, Manifest manifest) {
        this.path = path;
        this.manifest = manifest;
    }

    /// Creates a run.
    ///
    /// @param path               does not exist, or is an empty directory
    /// @param resolvedConfigYaml the configuration with everything filled in
    /// @param userConfigYaml     the configuration as given, null without one
    /// @throws InputException           when the path is taken or cannot be written; nothing is left behind
    /// @throws IllegalArgumentException when the manifest is of another configuration
    public static RunDirectory create(
            Path path, Manifest manifest, String resolvedConfigYaml, @Nullable String userConfigYaml) {
        if (!manifest.configSha256().equals(Manifest.sha256(resolvedConfigYaml))) {
            throw new IllegalArgumentException("configSha256 must be the SHA-256 of the resolved configuration");
        }
        var made = new ArrayList<Path>();
        try {
            createDirectories(path.toAbsolutePath(), made);
            requireEmpty(path);
            for (var name : List.of(METRICS, CHECKPOINTS, TENSORS)) {
                Files.createDirectory(path.resolve(name));
                made.add(path.resolve(name));
            }
            write(path.resolve(CONFIG), resolvedConfigYaml.getBytes(StandardCharsets.UTF_8), made);
            if (userConfigYaml != null) {
                write(path.resolve(USER_CONFIG), userConfigYaml.getBytes(StandardCharsets.UTF_8), made);
            }
            // With it the directory is a run, so that none is ever half there.
            write(path.resolve(Manifest.FILE), manifest.bytes(), made);
            RunFiles.syncDirectory(path);
            return new RunDirectory(path, manifest);
        } catch (IOException e) {
            delete(made);
            throw new InputException("run directory " + path + " cannot be written: " + RunFiles.reason(e), e);
        } catch (InputException e) {
            delete(made);
            throw e;
        }
    }

    private static void createDirectories(Path path, List<Path> made) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        if (path.getParent() != null) {
            createDirectories(path.getParent(), made);
        }
        if (Files.exists(path)) {
            throw new NotDirectoryException(path + " is not a directory");
        }
        Files.createDirectory(path);
        made.add(path);
    }

    private static void requireEmpty(Path path) throws IOException {
        try (var children = Files.list(path)) {
            if (children.findAny().isPresent()) {
                throw new InputException(
                        "run directory must be new or empty but was one with files in it (" + path + ")");
            }
        }
    }

    private static void write(Path file, byte[] bytes, List<Path> made) throws IOException {
        made.add(file);
        RunFiles.replace(file, bytes);
    }

    private static void delete(List<Path> made) {
        for (var file : made.reversed()) {
            try {
                Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".tmp"));
                Files.deleteIfExists(file);
            } catch (DirectoryNotEmptyException e) {
                // Somebody else put something there: theirs to keep.
            } catch (IOException e) {
                // What made the run fail makes this fail too; the first error is the one told.
            }
        }
    }

    /// Opens a run to read it, or to go on with it.
    ///
    /// @throws InputException when it is none, or its manifest is damaged
    public static RunDirectory open(Path path) {
        return new RunDirectory(path, Manifest.read(path));
    }

    /// A directory for a new run: `<root>/<yyyymmdd-hhmmss>-<name>-<6 hex>`, the time in UTC, the digits the last
    /// of
    /// the run's id. Characters that are awkward in file names become `-`.
    public static Path freshPath(Path root, String name, Instant now, UUID runId) {
        var plain = name.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[.-]+|-+$", "");
        var shortName = plain.substring(0, Math.min(plain.length(), NAME_CHARACTERS));
        var id = runId.toString();
        return root.resolve(SECONDS.format(now) + "-" + (shortName.isEmpty() ? "run" : shortName) + "-"
                + id.substring(id.length() - 6));
    }

    public Path path() {
        return path;
    }

    public Manifest manifest() {
        return manifest;
    }

    /// The text of the resolved configuration.
    ///
    /// @throws InputException when it was changed since the run was created
    public String config() {
        var file = path.resolve(CONFIG);
        try {
            var text = Files.readString(file);
            if (!Manifest.sha256(text).equals(manifest.configSha256())) {
                throw new InputException(file + " was changed: it does not match the SHA-256 in the manifest");
            }
            return text;
        } catch (IOException e) {
            throw new InputException(file + " cannot be read: " + RunFiles.reason(e), e);
        }
    }

    /// Where the checkpoints are.
    public Path checkpoints() {
        return path.resolve(CHECKPOINTS);
    }

    /// Where tensors go that were dumped.
    public Path tensors() {
        return path.resolve(TENSORS);
    }

    /// Where the files for TensorBoard go, if they are wanted.
    public Path tensorboard() {
        return path.resolve("export").resolve("tensorboard");
    }

    /// How the run is doing; empty when it was never started.
    ///
    /// @throws InputException when the file is damaged
    public Optional<Status> status() {
        return Status.read(path);
    }

    /// The readings.
    public MetricHistory metrics() {
        return MetricHistory.of(path.resolve(METRICS), runHash());
    }

    private long runHash() {
        var id = manifest.runId();
        return id.getMostSignificantBits() ^ id.getLeastSignificantBits();
    }

    /// What happened, in order.
    public List<RunEvent> events() {
        return EventLog.read(path);
    }

    /// The incarnations so far, oldest first; none when the run was never started.
    public List<Incarnation> incarnations() {
        return metrics().starts().stream()
                .map(start -> new Incarnation(start.number(), start.rewindTo(), start.cause()))
                .toList();
    }

    /// The incarnation that goes on from `step`; the first of the run when it was never started.
    ///
    /// @param cause why, such as `resume`
    public Incarnation nextIncarnation(long step, String cause) {
        var earlier = incarnations();
        return new Incarnation(earlier.isEmpty() ? 0 : earlier.getLast().number() + 1, step, cause);
    }

    /// Opens the run for writing: for the first time with [Incarnation#START], later with [#nextIncarnation]. What
    /// a
    /// killed writer left half written is repaired first.
    ///
    /// @throws InputException when another process writes the run, naming it, or when it cannot be written
    public RunWriter continueWriting(Incarnation start) {
        return continueWriting(start, RunWriter.Options.DEFAULT);
    }

    RunWriter continueWriting(Incarnation start, RunWriter.Options options) {
        try {
            var lock = RunLock.acquire(path);
            try {
                var earlier = incarnations();
                if (!earlier.isEmpty() && start.number() <= earlier.getLast().number()) {
                    throw new InputException("run " + path + " was started meanwhile as incarnation "
                            + earlier.getLast().number() + ", so it cannot go on as " + start.number());
                }
                return RunWriter.open(path, lock, runHash(), start, options);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new InputException("run " + path + " cannot be written: " + RunFiles.reason(e), e);
        }
    }
}
