package io.evenkeel.data.fetch;

import io.evenkeel.InputException;
import io.evenkeel.data.fetch.DataSet.Kind;
import io.evenkeel.data.format.CsvFile;
import io.evenkeel.data.format.JsonLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// The sets that can be had by name, and those that are in the cache.
///
/// A fetched set is a directory with the files of its kind and `set.json`, which says where it came from and how much
/// it has. It appears there whole, after it was read back and counted, or not at all.
public final class DataSets {
    private static final String MANIFEST = "set.json";
    private static final int SAMPLE_CHARACTERS = 600;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path directory;

    /// The sets in a cache.
    ///
    /// @param cache the whole cache's directory, such as [Cache#directory]
    public DataSets(Path cache) {
        this.directory = cache.resolve("data");
    }

    /// What is known of a set, and of what was fetched.
    ///
    /// @param directory where it is, empty when it is not fetched
    /// @param counts    how much it has by name; empty when it is not fetched
    /// @param sample    the beginning of its content; empty when it is not fetched
    public record Shown(DataSet set, Optional<Path> directory, Map<String, Long> counts, String sample) {}

    /// All sets, by kind and name.
    public static List<DataSet> list() {
        return Registry.ENTRIES.stream().map(Registry.Entry::set).toList();
    }

    /// The set of that name.
    ///
    /// @throws InputException naming the nearest when there is none
    public static DataSet find(String name) {
        return entry(name).set();
    }

    /// Whether there is a set of that name.
    public static boolean exists(String name) {
        return list().stream().anyMatch(set -> set.name().equals(name));
    }

    private static Registry.Entry entry(String name) {
        return Registry.ENTRIES.stream()
                .filter(entry -> entry.set().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException("set must be one of those of 'evenkeel data list' but was '"
                        + name + "'; the nearest is '" + nearest(name) + "'"));
    }

    /// The name of a set that is nearest to a word.
    public static String nearest(String word) {
        return list().stream()
                .map(DataSet::name)
                .min(java.util.Comparator.comparingInt(name -> distance(word, name)))
                .orElseThrow();
    }

    /// How many letters must be added, dropped or changed.
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (var j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.length; j++) {
                var change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    /// The directory of a fetched set.
    ///
    /// @throws InputException saying how to fetch it when it is not there
    public Path directory(String name) {
        var set = find(name);
        if (!isFetched(name)) {
            throw new InputException("set must be fetched first but " + name + " is not; run: evenkeel data fetch "
                    + name + " (" + set.megabytes() + " MB, " + set.licence() + ")");
        }
        return directory.resolve(name);
    }

    /// Whether a set is in the cache.
    public boolean isFetched(String name) {
        return Files.exists(directory.resolve(name).resolve(MANIFEST));
    }

    /// Fetches a set, or finds it fetched already.
    ///
    /// @param progress told in a line what is going on
    /// @return its directory
    /// @throws InputException when a client is missing or fails, or the set is not what it should be; nothing is
    /// left
    public Path fetch(String name, Consumer<String> progress) {
        var entry = entry(name);
        var target = directory.resolve(name);
        if (isFetched(name)) {
            progress.accept(name + " is in the cache already: " + target);
            return target;
        }
        progress.accept(
                name + ": " + entry.set().about() + "; licence: " + entry.set().licence());
        try {
            Cache.publish(target, filling -> make(entry, filling, progress));
            return target;
        } catch (IOException | RuntimeException e) {
            if (e instanceof InputException || e instanceof CancellationException) {
                throw (RuntimeException) e;
            }
            throw new InputException(
                    name + " could not be made from " + entry.set().origin() + ": " + e, e);
        }
    }

    private static void make(Registry.Entry entry, Path filling, Consumer<String> progress) throws IOException {
        var work = Files.createDirectory(filling.resolve("work"));
        var packages = new Packages(work, progress);
        entry.recipe().make(packages, filling);
        Cache.delete(work);
        var set = entry.set();
        var counts = counts(set.kind(), filling);
        var count = counts.getOrDefault(set.kind().unit(), 0L);
        if (!set.expected().holds(count)) {
            throw new InputException(set.name() + " must have " + set.expected() + " "
                    + set.kind().unit() + " but has " + count + "; it was not kept");
        }
        progress.accept(set.name() + ": " + count + " " + set.kind().unit() + " read back and counted");
        var manifest = JSON.createObjectNode()
                .put("name", set.name())
                .put("licence", set.licence())
                .put("origin", set.origin())
                .put("fetched", LocalDate.now(ZoneOffset.UTC).toString());
        var names = manifest.putArray("packages");
        packages.versions().forEach(names::add);
        var node = manifest.putObject("counts");
        counts.forEach(node::put);
        Files.writeString(
                filling.resolve(MANIFEST), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n");
    }

    private static Map<String, Long> counts(Kind kind, Path directory) throws IOException {
        return switch (kind) {
            case TEXT -> TextRecipes.counts(directory);
            case IMAGES -> ImageRecipes.counts(directory);
            case TABLE -> TableRecipes.counts(directory);
        };
    }

    /// What is known of a set, with counts and the beginning of it when it is fetched.
    ///
    /// @throws InputException when there is no such set, or the one in the cache is damaged
    public Shown show(String name) {
        var set = find(name);
        if (!isFetched(name)) {
            return new Shown(set, Optional.empty(), Map.of(), "");
        }
        var place = directory.resolve(name);
        try {
            var counts = new LinkedHashMap<String, Long>();
            for (var count : JSON.readTree(Files.readString(place.resolve(MANIFEST)))
                    .path("counts")
                    .properties()) {
                counts.put(count.getKey(), count.getValue().asLong());
            }
            return new Shown(set, Optional.of(place), counts, sample(set.kind(), place));
        } catch (IOException e) {
            throw new InputException(
                    "set must be readable but " + place + " is not: " + e + "; delete it and fetch again", e);
        }
    }

    private static String sample(Kind kind, Path place) throws IOException {
        return switch (kind) {
            case TEXT -> textSample(place);
            case IMAGES -> ImageRecipes.sample(place);
            case TABLE -> {
                var table = CsvFile.read(place.resolve(DataSet.TABLE_FILE));
                var lines = new ArrayList<String>();
                lines.add(String.join(",", table.header()));
                table.rows().stream()
                        .limit(5)
                        .forEach(row -> lines.add(String.join(
                                ",",
                                row.stream()
                                        .map(cell -> cell == null ? "" : cell)
                                        .toList())));
                yield String.join("\n", lines) + "\n";
            }
        };
    }

    private static String textSample(Path place) {
        var sample = new StringBuilder();
        try {
            JsonLines.read(place.resolve(DataSet.TEXT_FILE), "text", document -> {
                sample.append("== ")
                        .append(document.name())
                        .append('\n')
                        .append(document.text())
                        .append('\n');
                if (sample.length() > SAMPLE_CHARACTERS) {
                    throw new CancellationException("enough");
                }
            });
        } catch (CancellationException e) {
            sample.setLength(SAMPLE_CHARACTERS);
            sample.append("...\n");
        }
        return sample.toString();
    }
}
