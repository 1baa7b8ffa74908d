package io.evenkeel.data;

import io.evenkeel.InputException;
import io.evenkeel.config.Doc;
import io.evenkeel.config.Named;
import io.evenkeel.data.fetch.DataSets;
import io.evenkeel.data.format.IdxFile;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Labelled images in IDX files: inputs `[B, C, H, W]` FLOAT32, targets classes `[B]` INT64.
///
/// Pixels are standardised by channel with mean and standard deviation of the training images. A set with a part for
/// testing holds that part out, unless a split is given.
public final class ImageData implements Data {
    private final String id;
    private final String licence;
    private final String sha256;
    private final List<String> classes;
    private final Rows train;
    private final Rows validation;

    private ImageData(String id, String licence, String sha256, List<String> classes, Rows train, Rows validation) {
        this.id = id;
        this.licence = licence;
        this.sha256 = sha256;
        this.classes = classes;
        this.train = train;
        this.validation = validation;
    }

    /// Which images.
    ///
    /// @param source the name of a set of images, or a folder with `train-images*` and `train-labels*` in IDX, and
    ///               perhaps the same with `test-` or `t10k-`
    /// @param split  the share held out; when not given, the part for testing, or 0.05
    /// @param seed   fixes which images are held out
    @Named("images")
    public record Config(
            @Doc("a set of images, or a folder of IDX files")
            String source,

            @Doc("share held out, in (0, 1); the part for testing or 0.05 when null") @Nullable
            Double split,

            @Doc("fixes what is held out") long seed)
            implements DataConfig {
        public Config {
            DataConfig.checkSplit(split);
        }

        public static Config defaults() {
            return new Config("fashion-mnist", null, 0);
        }
    }

    /// Images with their labels.
    ///
    /// @param pixels `[N, C, H, W]`
    private record Part(String name, int channels, int height, int width, byte[] pixels, byte[] labels) {
        int count() {
            return labels.length;
        }

        int pixelsEach() {
            return channels * height * width;
        }
    }

    /// Opens the images.
    ///
    /// @throws InputException when files are missing or damaged, or do not fit each other
    static ImageData open(Config config, Path cache) {
        var named = DataSets.exists(config.source());
        var directory = named ? new DataSets(cache).directory(config.source()) : Path.of(config.source());
        var train = part(directory, "train");
        if (train == null) {
            throw new InputException("source must be a set of images or a folder with train-images and train-labels in"
                    + " IDX but was " + config.source());
        }
        var test = config.split() == null ? part(directory, "test|t10k") : null;
        var share = config.split() == null ? DataConfig.DEFAULT_SPLIT : config.split();
        if (test == null && train.count() < 2) {
            throw new InputException(
                    "source must have at least two images but " + config.source() + " has " + train.count());
        }
        var rows = test == null
                ? Split.rows(train.count(), share, config.seed())
                : new int[][] {
                    IntStream.range(0, test.count()).toArray(),
                    IntStream.range(0, train.count()).toArray()
                };
        var scale = scale(train, rows[1]);
        var held = test == null ? train : test;
        if (held.pixelsEach() != train.pixelsEach()) {
            throw new InputException("images must have one size but those for testing have another than those for"
                    + " training (" + directory + ")");
        }
        var largest = largest(train, held);
        return new ImageData(
                config.source(),
                named ? DataSets.find(config.source()).licence() : "unknown",
                sha256(train, held, rows[0]),
                classes(directory, largest),
                new Rows(train, rows[1], scale),
                new Rows(held, rows[0], scale));
    }

    private static int largest(Part... parts) {
        var largest = 0;
        for (var part : parts) {
            for (var label : part.labels()) {
                largest = Math.max(largest, label & 0xff);
            }
        }
        return largest;
    }

    private static @Nullable Part part(Path directory, String names) {
        var images = file(directory, "(" + names + ")-images.*");
        var labels = file(directory, "(" + names + ")-labels.*");
        if (images == null || labels == null) {
            return null;
        }
        var pixels = IdxFile.read(images);
        var classes = IdxFile.read(labels);
        var shape = pixels.shape();
        if ((shape.length != 3 && shape.length != 4) || classes.shape().length != 1) {
            throw new InputException("images must be [N, H, W] or [N, C, H, W] with labels [N] but have shapes "
                    + Arrays.toString(shape) + " and " + Arrays.toString(classes.shape()) + " (" + images + ")");
        }
        if (pixels.count() != classes.count()) {
            throw new InputException("labels must be as many as images, " + pixels.count() + ", but were "
                    + classes.count() + " (" + labels + ")");
        }
        var channels = shape.length == 3 ? 1 : shape[1];
        return new Part(
                names.startsWith("train") ? "train" : "test",
                channels,
                shape[shape.length - 2],
                shape[shape.length - 1],
                pixels.elements(),
                classes.elements());
    }

    private static @Nullable Path file(Path directory, String pattern) {
        if (!Files.isDirectory(directory)) {
            return null;
        }
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches(pattern))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            throw new InputException("source must be readable but was " + directory + " (" + e + ")", e);
        }
    }

    private static List<String> classes(Path directory, int largest) {
        var file = directory.resolve("classes.txt");
        try {
            var names = Files.exists(file) ? Files.readAllLines(file) : List.<String>of();
            if (!names.isEmpty() && names.size() <= largest) {
                throw new InputException(
                        "labels must be < " + names.size() + " but one is " + largest + " (" + file + ")");
            }
            return names.isEmpty()
                    ? IntStream.rangeClosed(0, largest)
                            .mapToObj(Integer::toString)
                            .toList()
                    : names;
        } catch (IOException e) {
            throw new InputException("source must be readable but was " + file + " (" + e + ")", e);
        }
    }

    /// What turns a pixel of a channel into a number: `value * factor + shift`.
    private record Scale(float[] factors, float[] shifts) {}

    private static Scale scale(Part part, int[] rows) {
        var area = part.height() * part.width();
        var factors = new float[part.channels()];
        var shifts = new float[part.channels()];
        for (var channel = 0; channel < part.channels(); channel++) {
            var sum = 0L;
            var squares = 0L;
            for (var row : rows) {
                var first = row * part.pixelsEach() + channel * area;
                for (var i = first; i < first + area; i++) {
                    var value = part.pixels()[i] & 0xff;
                    sum += value;
                    squares += (long) value * value;
                }
            }
            var n = (double) rows.length * area;
            var mean = sum / n;
            var std = Math.sqrt(Math.max(0, squares / n - mean * mean));
            factors[channel] = (float) (std == 0 ? 1 : 1 / std);
            shifts[channel] = (float) (-mean * factors[channel]);
        }
        return new Scale(factors, shifts);
    }

    private static String sha256(Part train, Part held, int[] heldOut) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var bytes : List.of(train.pixels(), train.labels(), held.pixels(), held.labels())) {
                digest.update(bytes);
            }
            digest.update(Arrays.toString(heldOut).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// Some images of a part.
    private static final class Rows implements Examples {
        private final Part part;
        private final int[] rows;
        private final Scale scale;

        Rows(Part part, int[] rows, Scale scale) {
            this.part = part;
            this.rows = rows;
            this.scale = scale;
        }

        @Override
        public long count() {
            return rows.length;
        }

        @Override
        public Pair read(List<Place> places) {
            var images = Tensors.empty(
                    DType.FLOAT32, places.size(), part.channels(), part.height(), part.width()); // [B, C, H, W]
            var memory = images.memory();
            var labels = new long[places.size()];
            var area = part.height() * part.width();
            var at = 0L;
            for (var i = 0; i < labels.length; i++) {
                var row = rows[(int) places.get(i).number()];
                labels[i] = part.labels()[row] & 0xff;
                for (var pixel = 0; pixel < part.pixelsEach(); pixel++) {
                    var value = part.pixels()[row * part.pixelsEach() + pixel] & 0xff;
                    var channel = pixel / area;
                    memory.setAtIndex(
                            ValueLayout.JAVA_FLOAT, at++, value * scale.factors()[channel] + scale.shifts()[channel]);
                }
            }
            return new Pair(images, Tensors.of(labels, labels.length));
        }

        @Override
        public Batch.Origin origin(Place place) {
            return new Batch.Origin(part.name(), rows[(int) place.number()]);
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String sha256() {
        return sha256;
    }

    @Override
    public String licence() {
        return licence;
    }

    /// The names of the classes; a target is the position of its class.
    public List<String> classes() {
        return classes;
    }

    /// Channels, height and width.
    public int[] shape() {
        return new int[] {train.part.channels(), train.part.height(), train.part.width()};
    }

    /// Images to train on.
    public long trainImages() {
        return train.count();
    }

    /// Images held out.
    public long validationImages() {
        return validation.count();
    }

    @Override
    public BatchSource train(int batchSize, RandomStream order, Partition partition) {
        return new ShuffledBatches(train, batchSize, order, partition);
    }

    @Override
    public Validation validation(int batchSize, long maxTokens) {
        return Validation.of(validation, batchSize, maxTokens, 1);
    }

    @Override
    public void close() {}
}
