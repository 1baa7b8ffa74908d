package io.evenkeel.run;

import io.evenkeel.InputException;
import io.evenkeel.metric.Bucket;
import io.evenkeel.metric.Series;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Finds run directories, notices which of their files changed, and reads what the index keeps of them.
final class RunScan {
    /// How deep below the given directory runs are looked for: `runs/<project>/<group>/<run>`.
    private static final int DEPTH = 4;

    private RunScan() {}

    /// The run directories under `root`, itself included; below a run none is looked for.
    static List<Path> runs(Path root) {
        var found = new ArrayList<Path>();
        try {
            find(root.toRealPath(), DEPTH, found);
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new InputException("directory of runs must exist but was " + root, e);
        } catch (IOException e) {
            throw new InputException("directory of runs " + root + " cannot be read: " + RunFiles.reason(e), e);
        }
        return found;
    }

    private static void find(Path directory, int depth, List<Path> found) throws IOException {
        // A run whose manifest was lost is still one that should be seen as broken.
        if (Files.exists(directory.resolve(Manifest.FILE))
                || Files.isDirectory(directory.resolve(RunDirectory.METRICS))) {
            found.add(directory);
        } else if (depth > 0) {
            try (var children = Files.newDirectoryStream(directory, (DirectoryStream.Filter<Path>)
                    child -> !child.getFileName().toString().startsWith(".") && Files.isDirectory(child))) {
                for (var child : children) {
                    find(child, depth - 1, found);
                }
            }
        }
    }

    /// What the files of a run look like from outside; a part that is equal was not changed.
    record Stamps(String manifest, String status, String metrics, String events) {
        static Stamps of(Path run) {
            var metrics = new StringBuilder();
            try (var segments = Files.newDirectoryStream(run.resolve(RunDirectory.METRICS), "*.seg")) {
                var lines = new ArrayList<String>();
                segments.forEach(segment -> lines.add(segment.getFileName() + " " + stamp(segment)));
                lines.stream().sorted().forEach(metrics::append);
            } catch (IOException e) {
                metrics.append("none");
            }
            return new Stamps(
                    stamp(run.resolve(Manifest.FILE)) + " " + stamp(run.resolve(RunDirectory.CONFIG)),
                    stamp(run.resolve(Status.FILE)),
                    metrics.toString(),
                    stamp(run.resolve(EventLog.FILE)));
        }

        private static String stamp(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return attributes.size() + ":" + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS) + ":"
                        + attributes.fileKey();
            } catch (IOException e) {
                return "none";
            }
        }
    }

    /// The values of a configuration by their path, such as `optimizer.lr`; lists are values.
    static Map<String, Object> parameters(RunDirectory run) {
        var flat = new TreeMap<String, Object>();
        try {
            flatten("", new Load(LoadSettings.builder().build()).loadFromString(run.config()), flat);
        } catch (YamlEngineException e) {
            throw new InputException(
                    run.path().resolve(RunDirectory.CONFIG) + " is not YAML: " + RunFiles.firstLine(e), e);
        }
        return flat;
    }

    private static void flatten(String path, @Nullable Object node, Map<String, Object> flat) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> flatten(path.isEmpty() ? String.valueOf(key) : path + "." + key, value, flat));
        } else if (!path.isEmpty()) {
            flat.put(path, node == null ? "null" : node);
        }
    }

    /// The best value of a series and where it was, by the direction that is better; NaN when neither is.
    static double best(Series series, Bucket bucket) {
        return switch (series.better()) {
            case MIN -> bucket.min();
            case MAX -> bucket.max();
            case NONE -> Double.NaN;
        };
    }
}
