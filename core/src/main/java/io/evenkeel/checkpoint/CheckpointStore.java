package io.evenkeel.checkpoint;

import io.evenkeel.AtomicFile;
import io.evenkeel.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The checkpoints of a run, one directory each, valid or refused.
///
///     checkpoints/00000500/
///       model.safetensors      weights and buffers by name
///       optimizer.safetensors  moments by name
///       state.json             counters, data cursor, random streams
///       SHA256SUMS             of the three, as sha256sum writes and checks it
///       HEALTH                 what is known of it, with a checksum of its own
///
/// A checkpoint is written under a temporary name, synced, and renamed: a directory with a plain number is whole. One
/// whose sums differ is refused and the one before it is used.
public final class CheckpointStore {
    static final String MODEL = "model.safetensors";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String STATE = "state.json";
    static final String SUMS = "SHA256SUMS";

    private static final String WRITING = ".writing-";
    private static final String DELETING = ".deleting-";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path directory;

    /// The checkpoints under `directory`, which need not exist yet.
    public CheckpointStore(Path directory) {
        this.directory = directory;
    }

    /// Which checkpoints stay.
    ///
    /// @param keep     how many of the newest, >= 1
    /// @param keepBest whether the one with the lowest held-out loss stays too
    public record Retention(int keep, boolean keepBest) {
        public Retention {
            if (keep < 1) {
                throw new IllegalArgumentException("keep must be >= 1 but was " + keep);
            }
        }
    }

    /// A checkpoint that was not used.
    public record Refusal(long step, String reason) {}

    public Path directory() {
        return directory;
    }

    /// The steps that have a checkpoint, oldest first; not yet verified.
    public List<Long> steps() {
        try (var children = Files.list(directory)) {
            return children.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches("\\d+"))
                    .map(Long::parseLong)
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list checkpoints in " + directory, e);
        }
    }

    /// The directory of a step's checkpoint.
    public Path path(long step) {
        return directory.resolve(String.format("%08d", step));
    }

    /// What is known of the checkpoint of a step.
    ///
    /// @throws InputException when that is missing or damaged
    public Health health(long step) {
        return Health.read(path(step));
    }

    /// Opens the newest checkpoint whose sums are right; tells `refused` of every newer one.
    public Optional<Checkpoint> newestValid(Consumer<Refusal> refused) {
        for (var step : steps().reversed()) {
            try {
                return Optional.of(open(step));
            } catch (InputException e) {
                refused.accept(new Refusal(step, String.valueOf(e.getMessage())));
            }
        }
        return Optional.empty();
    }

    /// Verifies and opens one checkpoint.
    ///
    /// @throws InputException when it is not there or not whole, saying which file and why
    public Checkpoint open(long step) {
        verify(step);
        var path = path(step);
        try {
            var state = JSON.readTree(Files.readString(path.resolve(STATE)));
            var health = health(step);
            var model = Safetensors.open(path.resolve(MODEL));
            try {
                return new Checkpoint(step, path, health, state, model, Safetensors.open(path.resolve(OPTIMIZER)));
            } catch (IOException e) {
                model.close();
                throw e;
            }
        } catch (IOException e) {
            throw new InputException(String.valueOf(e.getMessage()), e);
        } catch (JacksonException e) {
            throw new InputException(STATE + " is not JSON", e);
        }
    }

    /// Compares every file with its sum.
    ///
    /// @throws InputException naming the first that differs
    public void verify(long step) {
        var path = path(step);
        Health.read(path);
        var sums = sums(path);
        for (var file : List.of(MODEL, OPTIMIZER, STATE)) {
            try {
                if (!Sha256.of(path.resolve(file)).equals(sums.get(file))) {
                    throw new InputException(file + " does not match its SHA-256");
                }
            } catch (IOException e) {
                throw new InputException(file + " cannot be read: " + e.getMessage(), e);
            }
        }
    }

    private static Map<String, String> sums(Path path) {
        try {
            var sums = new TreeMap<String, String>();
            for (var line : Files.readAllLines(path.resolve(SUMS), StandardCharsets.ISO_8859_1)) {
                var parts = line.split("  ", 2);
                if (parts.length != 2) {
                    throw new InputException(SUMS + " has a line without a file");
                }
                sums.put(parts[1], parts[0]);
            }
            return sums;
        } catch (IOException e) {
            throw new InputException(SUMS + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// Writes a checkpoint and makes it visible at once and whole. Afterwards it is verified.
    ///
    /// @param beforeVisible runs when all is written but not visible yet
    /// @throws IOException when it cannot be written; nothing of it is left behind
    void write(
            long step,
            Map<String, Safetensors.Source> model,
            Map<String, Safetensors.Source> optimizer,
            byte[] state,
            Health health,
            Runnable beforeVisible)
            throws IOException {
        Files.createDirectories(directory);
        var writing = directory.resolve(WRITING + step);
        delete(writing);
        try {
            Files.createDirectory(writing);
            var sums = new LinkedHashMap<String, byte[]>();
            var metadata = Map.of("format", "pt", "evenkeel.step", Long.toString(step));
            sums.put(MODEL, Safetensors.write(writing.resolve(MODEL), model, metadata));
            sums.put(OPTIMIZER, Safetensors.write(writing.resolve(OPTIMIZER), optimizer, metadata));
            sums.put(STATE, Sha256.digest().digest(state));
            AtomicFile.writeSynced(writing.resolve(STATE), state);
            var lines = new StringBuilder();
            sums.forEach((file, sum) -> lines.append(HexFormat.of().formatHex(sum))
                    .append("  ")
                    .append(file)
                    .append('\n'));
            AtomicFile.writeSynced(writing.resolve(SUMS), lines.toString().getBytes(StandardCharsets.ISO_8859_1));
            AtomicFile.writeSynced(writing.resolve(Health.FILE), health.bytes());
            AtomicFile.syncDirectory(writing);
            beforeVisible.run();
            delete(path(step));
            Files.move(writing, path(step), StandardCopyOption.ATOMIC_MOVE);
            AtomicFile.syncDirectory(directory);
        } catch (IOException | RuntimeException e) {
            delete(writing);
            throw e;
        }
        verify(step);
    }

    /// Writes down that a checkpoint has shown itself healthy.
    ///
    /// @throws InputException       when what was known of it is damaged
    /// @throws UncheckedIOException when it cannot be written; what was known stays
    public void markHealthy(long step, String reason) {
        var known = health(step);
        var file = path(step).resolve(Health.FILE);
        try {
            AtomicFile.write(file, new Health(true, known.valLoss(), reason).bytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /// Deletes the checkpoints after a step.
    public void dropAfter(long step) {
        try {
            for (var later : steps()) {
                if (later > step) {
                    delete(path(later));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete checkpoints after " + step + ": " + e.getMessage(), e);
        }
    }

    /// Deletes what retention does not keep. The newest checkpoint, which was just verified, always stays, and so
    /// does the newest healthy one.
    void retain(Retention retention) throws IOException {
        var steps = new ArrayList<>(steps());
        var kept = new ArrayList<>(steps.subList(Math.max(0, steps.size() - retention.keep()), steps.size()));
        steps.reversed().stream().filter(this::isHealthy).findFirst().ifPresent(kept::add);
        if (retention.keepBest()) {
            best(steps).ifPresent(kept::add);
        }
        for (var step : steps) {
            if (!kept.contains(step)) {
                delete(path(step));
            }
        }
    }

    private Optional<Long> best(List<Long> steps) {
        var losses = new TreeMap<Double, Long>();
        steps.forEach(step -> valLoss(step).filter(Double::isFinite).ifPresent(loss -> losses.putIfAbsent(loss, step)));
        return losses.isEmpty()
                ? Optional.empty()
                : Optional.of(losses.firstEntry().getValue());
    }

    /// Whether a checkpoint is known to be healthy.
    public boolean isHealthy(long step) {
        try {
            return health(step).healthy();
        } catch (InputException e) {
            // A damaged one is not; it is reported where it is refused.
            return false;
        }
    }

    private Optional<Double> valLoss(long step) {
        try {
            return Optional.ofNullable(health(step).valLoss());
        } catch (InputException e) {
            // A damaged one is no candidate; it is reported where it is refused.
            return Optional.empty();
        }
    }

    /// Removes what an interrupted write or deletion left.
    void sweep() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> leftovers;
        try (var children = Files.list(directory)) {
            leftovers = children.filter(path -> {
                        var name = path.getFileName().toString();
                        return name.startsWith(WRITING) || name.startsWith(DELETING);
                    })
                    .toList();
        }
        for (var leftover : leftovers) {
            deleteTree(leftover);
        }
    }

    /// Deletes a directory so that it is never seen half deleted.
    private void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        var deleting = directory.resolve(DELETING + path.getFileName());
        deleteTree(deleting);
        Files.move(path, deleting, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(deleting);
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> paths;
        try (var tree = Files.walk(root)) {
            paths = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (var path : paths) {
            Files.delete(path);
        }
    }
}
