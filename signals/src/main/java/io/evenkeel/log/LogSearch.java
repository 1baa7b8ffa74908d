package io.evenkeel.log;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Looks for logs in a directory and below.
///
/// A run directory, a directory with event files, and the dumps or traces of the ranks of a job in one directory are
/// one
/// source each. Of the `trainer_state.json` of successive checkpoints, each of which repeats the one before, the last
/// is
/// taken. Files that are plainly something else (sources, configurations, weights) are passed over by their names, and
/// what only could be a log must say more than a file that was named by the user.
final class LogSearch {
    private static final int HEAD_BYTES = 1 << 16;
    private static final Set<String> OTHER = Set.of(
            "py",
            "md",
            "rst",
            "yaml",
            "yml",
            "toml",
            "ini",
            "cfg",
            "sh",
            "java",
            "class",
            "jar",
            "c",
            "cc",
            "cu",
            "cpp",
            "h",
            "hpp",
            "ipynb",
            "html",
            "css",
            "js",
            "ts",
            "png",
            "jpg",
            "jpeg",
            "gif",
            "svg",
            "pdf",
            "pt",
            "pth",
            "bin",
            "safetensors",
            "ckpt",
            "pkl",
            "npy",
            "npz",
            "onnx",
            "gguf",
            "model",
            "so",
            "zip",
            "tar",
            "xz",
            "zst",
            "bz2",
            "h5",
            "db",
            "sqlite",
            "lock",
            "pyc");
    private static final Set<String> TEXT = Set.of("log", "txt", "out", "err", "");

    private final Path root;
    private final LogOptions options;
    private final Logs.Warnings warnings;
    private final List<LogSource> found = new ArrayList<>();
    private final TreeMap<Path, Path> trainerStates = new TreeMap<>();
    private final TreeMap<Path, List<Path>> dumps = new TreeMap<>();
    private final TreeMap<Path, List<Path>> traces = new TreeMap<>();
    private final Set<Path> tensorboards = new TreeSet<>();
    private final List<Hit> hits = new ArrayList<>();
    private int files;
    private int links;
    private @Nullable String firstReason;

    LogSearch(Path root, LogOptions options, Logs.Warnings warnings) {
        this.root = root;
        this.options = options;
        this.warnings = warnings;
    }

    private record Hit(Path path, Detection detection) {}

    List<LogSource> find() throws IOException {
        if (RunDirectoryLog.is(root)) {
            var name = root.toAbsolutePath().normalize().getFileName();
            return List.of(LogSource.directory(
                    name == null ? root.toString() : name.toString(), root, LogFormat.RUN_DIRECTORY, options));
        }
        Files.walkFileTree(
                root, EnumSet.noneOf(FileVisitOption.class), options.limits().depth(), new Visitor());
        if (links > 0) {
            warnings.warning(links + " symbolic links below " + root + " were not followed");
        }
        collect();
        if (found.isEmpty()) {
            throw new InputException("no training log is in " + root + " (" + files + " files looked at"
                    + (firstReason == null ? "" : "; " + firstReason) + ")");
        }
        return found;
    }

    private void collect() {
        var alone = hits.size() + trainerStates.size() + dumps.size() + traces.size() + tensorboards.size() == 1
                && found.isEmpty();
        tensorboards.forEach(path -> found.add(LogSource.directory(id(path), path, LogFormat.TENSORBOARD, options)));
        hits.forEach(
                hit -> found.add(LogSource.file(id(hit.path()), List.of(hit.path()), hit.detection(), alone, options)));
        trainerStates
                .values()
                .forEach(path -> found.add(LogSource.file(
                        id(path), List.of(path), new Detection(LogFormat.TRAINER_STATE, null, ""), alone, options)));
        dumps.forEach((path, ranks) -> found.add(LogSource.file(
                id(path), byRank(ranks), new Detection(LogFormat.FLIGHT_RECORDER, null, ""), alone, options)));
        traces.forEach((path, ranks) -> found.add(
                LogSource.file(id(path), byRank(ranks), new Detection(LogFormat.TRACE, null, ""), alone, options)));
    }

    private static List<Path> byRank(List<Path> files) {
        return files.stream()
                .sorted(Comparator.comparingInt(
                                (Path file) -> Ranks.last(file.getFileName().toString()))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private String id(Path path) {
        var relative = root.relativize(path).toString().replace('\\', '/');
        if (!relative.isEmpty()) {
            return relative;
        }
        var name = root.toAbsolutePath().normalize().getFileName();
        return name == null ? root.toString() : name.toString();
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            var name = directory.getFileName() == null
                    ? ""
                    : directory.getFileName().toString();
            if (!directory.equals(root) && (name.startsWith(".") || name.equals("__pycache__"))) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            if (RunDirectoryLog.is(directory)) {
                found.add(LogSource.directory(id(directory), directory, LogFormat.RUN_DIRECTORY, options));
                return FileVisitResult.SKIP_SUBTREE;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isSymbolicLink()) {
                links++;
            } else if (attributes.isRegularFile() && attributes.size() > 0) {
                if (files >= options.limits().files()) {
                    warnings.warning("only the first " + files + " files below " + root + " were looked at");
                    return FileVisitResult.TERMINATE;
                }
                files++;
                look(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            warnings.warning(file + " cannot be read: " + Logs.reason(e));
            return FileVisitResult.CONTINUE;
        }
    }

    private void look(Path file) {
        var extension = extension(file);
        if (OTHER.contains(extension) || file.getFileName().toString().startsWith(".")) {
            return;
        }
        try {
            var detection = Logs.detect(file, options, HEAD_BYTES);
            if (detection.format() == null) {
                firstReason = firstReason == null ? file.getFileName() + " " + detection.reason() : firstReason;
            } else {
                take(file, extension, detection);
            }
        } catch (IOException e) {
            warnings.warning(file + " cannot be read: " + Logs.reason(e));
        } catch (InputException e) {
            warnings.warning(String.valueOf(e.getMessage()));
        }
    }

    private void take(Path file, String extension, Detection detection) {
        var parent = parent(file);
        switch (detection.format()) {
            case TENSORBOARD -> tensorboards.add(parent);
            case TRAINER_STATE -> trainerState(file, parent);
            case FLIGHT_RECORDER ->
                dumps.computeIfAbsent(parent, _ -> new ArrayList<>()).add(file);
            case TRACE -> traces.computeIfAbsent(parent, _ -> new ArrayList<>()).add(file);
            case DELIMITED -> {
                if (isTrainingTable(detection)) {
                    hits.add(new Hit(file, detection));
                }
            }
            case KEY_VALUE, UNKNOWN -> {
                if (TEXT.contains(extension) || extension.chars().allMatch(Character::isDigit)) {
                    hits.add(new Hit(file, detection));
                }
            }
            case null, default -> hits.add(new Hit(file, detection));
        }
    }

    /// Keeps the longest history below one output directory.
    private void trainerState(Path file, Path parent) {
        var owner = step(parent) >= 0 ? parent(parent) : parent;
        trainerStates.merge(owner, file, (a, b) -> rank(a) >= rank(b) ? a : b);
    }

    private Path parent(Path path) {
        var parent = path.getParent();
        return parent == null ? root : parent;
    }

    private long rank(Path trainerState) {
        var step = step(parent(trainerState));
        return step < 0 ? Long.MAX_VALUE : step;
    }

    private static long step(Path directory) {
        var name = String.valueOf(directory.getFileName());
        return name.matches("checkpoint-\\d{1,15}") ? Long.parseLong(name.substring(11)) : -1;
    }

    private static boolean isTrainingTable(Detection detection) {
        var table = detection.table();
        return table != null
                && table.names().stream()
                        .anyMatch(name -> KnownNames.series(name) != null
                                || KnownNames.looksLikeLoss(name)
                                || KnownNames.isSeriesColumn(name));
    }

    private static String extension(Path file) {
        var name = file.getFileName().toString().toLowerCase(Locale.ROOT).replaceAll("\\.gz$", "");
        return name.lastIndexOf('.') < 0 ? "" : name.substring(name.lastIndexOf('.') + 1);
    }
}
