package io.evenkeel.data;

import io.evenkeel.InputException;
import io.evenkeel.config.Doc;
import io.evenkeel.config.Named;
import io.evenkeel.data.fetch.DataSet;
import io.evenkeel.data.fetch.DataSets;
import io.evenkeel.data.format.CsvFile;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table with a header: inputs are the columns as numbers `[B, F]` FLOAT32, targets are classes `[B]` INT64 or
/// numbers
/// `[B]` FLOAT32 of the target column.
///
/// See [TableColumns] for how cells become numbers; all statistics are of the training rows.
public final class TableData implements Data {
    private final String id;
    private final String licence;
    private final String sha256;
    private final TableColumns columns;
    private final Rows train;
    private final Rows validation;

    private TableData(String id, String licence, String sha256, TableColumns columns, Rows train, Rows validation) {
        this.id = id;
        this.licence = licence;
        this.sha256 = sha256;
        this.columns = columns;
        this.train = train;
        this.validation = validation;
    }

    /// Which table, and what to predict.
    ///
    /// @param source the name of a table, or the path of a file of separated values
    /// @param target the column to predict; that of the set when not given
    /// @param split  the share of rows held out; 0.05 when not given
    /// @param seed   fixes which rows are held out
    @Named("table")
    public record Config(
            @Doc("a table of 'evenkeel data list', or a file of separated values")
            String source,

            @Doc("the column to predict; that of the set when null") @Nullable
            String target,

            @Doc("share of rows held out, in (0, 1); 0.05 when null") @Nullable
            Double split,

            @Doc("fixes what is held out") long seed)
            implements DataConfig {
        public Config {
            DataConfig.checkSplit(split);
        }

        public static Config defaults() {
            return new Config("iris", null, null, 0);
        }
    }

    /// Opens the table.
    ///
    /// @throws InputException when it is missing, malformed or has no such target
    static TableData open(Config config, Path cache) {
        var named = DataSets.exists(config.source());
        var file = named
                ? new DataSets(cache).directory(config.source()).resolve(DataSet.TABLE_FILE)
                : Path.of(config.source());
        if (!Files.isRegularFile(file)) {
            throw new InputException("source must be a set of 'evenkeel data list' or a file but was " + config.source()
                    + ", which does not exist");
        }
        var table = CsvFile.read(file);
        if (table.rows().size() < 2) {
            throw new InputException(
                    "source must have at least two rows but has " + table.rows().size() + " (" + file + ")");
        }
        var target = config.target() != null || !named
                ? config.target()
                : DataSets.find(config.source()).target();
        if (target == null) {
            throw new InputException("target must be one of the columns " + table.header() + " but was not given");
        }
        var share = config.split() == null ? DataConfig.DEFAULT_SPLIT : config.split();
        var rows = Split.rows(table.rows().size(), share, config.seed());
        var columns = TableColumns.of(table, table.column(target), rows[1]);
        return new TableData(
                config.source(),
                named ? DataSets.find(config.source()).licence() : "unknown",
                sha256(table, target, rows[0]),
                columns,
                new Rows(config.source(), table, columns, rows[1]),
                new Rows(config.source(), table, columns, rows[0]));
    }

    private static String sha256(CsvFile table, String target, int[] heldOut) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((target + table.header() + Arrays.toString(heldOut)).getBytes(StandardCharsets.UTF_8));
            table.rows().forEach(row -> digest.update(row.toString().getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// Some rows, as numbers.
    private static final class Rows implements Examples {
        private final String name;
        private final int[] rows;
        private final int width;
        private final float[] inputs;
        private final double[] targets;
        private final boolean classes;

        Rows(String name, CsvFile table, TableColumns columns, int[] rows) {
            this.name = name;
            this.rows = rows;
            this.width = columns.names().size();
            this.inputs = new float[Math.multiplyExact(rows.length, width)];
            this.targets = new double[rows.length];
            this.classes = !columns.classes().isEmpty();
            for (var i = 0; i < rows.length; i++) {
                columns.encode(table.rows().get(rows[i]), inputs, i * width);
                targets[i] = columns.target(table.rows().get(rows[i]));
            }
        }

        @Override
        public long count() {
            return rows.length;
        }

        @Override
        public Pair read(List<Place> places) {
            var in = new float[places.size() * width];
            var out = new double[places.size()];
            for (var i = 0; i < out.length; i++) {
                var row = (int) places.get(i).number();
                System.arraycopy(inputs, row * width, in, i * width, width);
                out[i] = targets[row];
            }
            return new Pair(Tensors.of(in, out.length, width), classes ? longs(out) : floats(out));
        }

        private static io.evenkeel.tensor.Tensor longs(double[] values) {
            return Tensors.of(Arrays.stream(values).mapToLong(v -> (long) v).toArray(), values.length);
        }

        private static io.evenkeel.tensor.Tensor floats(double[] values) {
            var floats = new float[values.length];
            for (var i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            return Tensors.of(floats, floats.length);
        }

        @Override
        public Batch.Origin origin(Place place) {
            return new Batch.Origin(name, rows[(int) place.number()]);
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

    /// The names of the classes, a target being the position of its class; empty when targets are numbers.
    public List<String> classes() {
        return columns.classes();
    }

    /// The names of the inputs.
    public List<String> features() {
        return columns.names();
    }

    /// Of numbers to predict, the mean and standard deviation that targets were standardised with.
    public double[] targetScale() {
        return columns.targetScale();
    }

    /// Rows to train on.
    public long trainRows() {
        return train.count();
    }

    /// Rows held out.
    public long validationRows() {
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
