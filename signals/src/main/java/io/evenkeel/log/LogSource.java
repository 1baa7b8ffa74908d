package io.evenkeel.log;

import dev.hardwood.InputFile;
import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One log: a file, a directory that is one run, or a stream; of one run or many. Nothing is open before [#read].
///
/// [#read] gives everything that is there. With [LogOptions#follow] it may be repeated and gives what was added, also
/// where the file was written anew with more in it, as `trainer_state.json` is. Not thread safe.
public final class LogSource implements AutoCloseable {
    private static final int MARK_BYTES = 256;
    private static final int LARGEST_STREAMED_PARQUET = 1 << 30;

    private final String id;
    private final List<Path> paths;
    private final boolean alone;
    private final LogOptions options;
    private @Nullable LogInput stream;
    /// What is being read, of formats that are read as bytes.
    private @Nullable LogInput input;
    private Detection detection;
    private @Nullable LogReader reader;
    private @Nullable RunStreams streams;
    private @Nullable Resumed resumed;
    private byte[] mark = {};
    private long size = -1;
    private long modified;

    private LogSource(
            String id,
            List<Path> paths,
            @Nullable LogInput stream,
            Detection detection,
            boolean alone,
            LogOptions options) {
        this.id = id;
        this.paths = paths;
        this.stream = stream;
        this.detection = detection;
        this.alone = alone;
        this.options = options;
    }

    static LogSource file(String id, List<Path> paths, Detection detection, boolean alone, LogOptions options) {
        return new LogSource(id, List.copyOf(paths), null, detection, alone, options);
    }

    static LogSource directory(String id, Path path, LogFormat format, LogOptions options) {
        return new LogSource(id, List.of(path), null, new Detection(format, null, ""), true, options);
    }

    static LogSource stream(String name, LogInput input, Detection detection, LogOptions options) {
        return new LogSource(name, List.of(), input, detection, true, options);
    }

    /// The path below the directory that was searched, or the file's name.
    public String id() {
        return id;
    }

    /// What the beginning showed; the runs of a text log tell what it turned out to be.
    public LogFormat format() {
        var found = streams == null ? detection.format() : streams.format();
        return found == null ? LogFormat.UNKNOWN : found;
    }

    /// The file or directory, of several files the first; null for a stream.
    public @Nullable Path path() {
        return paths.isEmpty() ? null : paths.getFirst();
    }

    /// Gives the visitor what is there and was not given yet.
    ///
    /// @throws InputException when the log cannot be read, naming it
    public void read(RunVisitor visitor) {
        try {
            var known = resumed;
            if (known == null) {
                known = new Resumed(visitor);
                resumed = known;
            } else {
                known.visitor(visitor);
            }
            if (!prepare(known)) {
                return;
            }
            readOn();
        } catch (IOException e) {
            throw new InputException(id + " cannot be read: " + Logs.reason(e), e);
        }
    }

    /// Opens what must be opened.
    ///
    /// @return whether there is something to read
    private boolean prepare(Resumed visitor) throws IOException {
        var open = reader;
        if (open != null && wasReplaced(open)) {
            close();
            detection = Logs.detect(paths.getFirst(), options, Logs.HEAD_BYTES);
            visitor.again();
        } else if (open != null) {
            return open.follows();
        }
        if (detection.format() == null || detection.format() == LogFormat.UNKNOWN) {
            detection = paths.isEmpty() ? detection : Logs.detect(paths.getFirst(), options, Logs.HEAD_BYTES);
        }
        if (detection.format() == null) {
            return false;
        }
        remember();
        streams = new RunStreams(id, path(), detection.format(), alone, options, visitor);
        reader = open(paths.isEmpty() ? null : paths.getFirst(), streams);
        return true;
    }

    private void readOn() throws IOException {
        var open = reader;
        var to = streams;
        if (open == null || to == null) {
            return;
        }
        read(open, to);
        for (var i = 1; i < paths.size(); i++) {
            try (var other = open(paths.get(i), to)) {
                read(other, to);
            } catch (InputException e) {
                to.warning(String.valueOf(e.getMessage()));
            }
        }
        // In a search any text may be a log whose first lines do not show it: most are none.
        if (to.size() == 0 && !options.follow() && (alone || to.format() != LogFormat.UNKNOWN)) {
            to.warning(
                    to.format() == LogFormat.UNKNOWN
                            ? "is text in which nothing was recognised"
                            : "has no readings in it (" + to.format().title() + ")");
        }
        to.caughtUp();
        if (!paths.isEmpty() && Files.isRegularFile(paths.getFirst())) {
            size = Math.max(size, Files.size(paths.getFirst()));
        }
    }

    private void read(LogReader from, RunStreams to) throws IOException {
        from.read(!options.follow());
        var damage = input == null ? null : input.damage();
        if (damage != null) {
            to.warning(damage);
        }
    }

    private LogInput input(@Nullable Path path) throws IOException {
        var opened = stream;
        if (opened == null) {
            if (path == null) {
                throw new IOException("it was read already");
            }
            opened = LogInput.of(id, Files.newInputStream(path), options.limits());
        }
        input = opened;
        return opened;
    }

    private LogReader open(@Nullable Path path, RunStreams to) throws IOException {
        var name = path == null || path.getFileName() == null
                ? id
                : path.getFileName().toString();
        var table = detection.table();
        return switch (to.format()) {
            case RUN_DIRECTORY -> new RunDirectoryLog(required(path), to);
            case TENSORBOARD -> new TensorBoardLog(required(path), to);
            case DELIMITED, LIGHTNING_CSV, KERAS_CSV, WANDB_CSV -> {
                if (table == null) {
                    throw new AssertionError("a table has a head");
                }
                yield table.isWandbChart()
                        ? new WandbChartReader(input(path), table, to)
                        : new DelimitedReader(input(path), table, to);
            }
            case JSON_LINES, WANDB_JSON_LINES -> new JsonLinesReader(input(path), to);
            case JSON_RECORDS, TRAINER_STATE, KERAS_HISTORY -> new JsonDocumentReader(input(path), to);
            case PARQUET -> new ParquetLog(parquet(path), to);
            case WANDB_FILE -> new WandbFileReader(input(path), to);
            case FLIGHT_RECORDER -> new FlightRecorderReader(input(path), to, name);
            case TRACE -> new TraceReader(input(path), to, name);
            case SPARK_EVENTS -> new SparkEventReader(input(path), to);
            case MEGATRON,
                    GPT_NEOX,
                    DEEPSPEED,
                    NANOGPT,
                    NANOCHAT,
                    LLM_C,
                    MODDED_NANOGPT,
                    OLMO,
                    TORCHTITAN,
                    HUGGING_FACE_LINES,
                    KERAS_BAR,
                    PROGRESS_BAR,
                    FASTTEXT,
                    XGBOOST,
                    LINE_PROTOCOL,
                    KEY_VALUE,
                    UNKNOWN -> new ConsoleReader(input(path), to, to.format());
        };
    }

    private Path required(@Nullable Path path) {
        if (path == null) {
            throw new InputException(format().title() + " must be a file or directory but was a stream (" + id + ")");
        }
        return path;
    }

    /// Packed files and streams are read into memory: Parquet begins at its end.
    private InputFile parquet(@Nullable Path path) throws IOException {
        if (path != null) {
            try (var in = LogInput.of(id, Files.newInputStream(path), options.limits())) {
                if (!in.packed()) {
                    return InputFile.of(path);
                }
            }
        }
        var bytes = input(path).readNBytes(LARGEST_STREAMED_PARQUET);
        return InputFile.of(ByteBuffer.wrap(bytes));
    }

    /// Whether the file is not the one that was read so far with something added.
    private boolean wasReplaced(LogReader open) throws IOException {
        if (paths.isEmpty() || !Files.isRegularFile(paths.getFirst())) {
            return false;
        }
        var path = paths.getFirst();
        var now = Files.size(path);
        if (open.follows()) {
            return now < size || !Arrays.equals(mark, mark(path, mark.length));
        }
        return now != size || Files.getLastModifiedTime(path).toMillis() != modified;
    }

    private void remember() throws IOException {
        if (!paths.isEmpty() && Files.isRegularFile(paths.getFirst())) {
            var path = paths.getFirst();
            size = Files.size(path);
            modified = Files.getLastModifiedTime(path).toMillis();
            mark = mark(path, MARK_BYTES);
        }
    }

    private static byte[] mark(Path path, int bytes) throws IOException {
        try (var in = Files.newInputStream(path)) {
            return in.readNBytes(bytes);
        }
    }

    @Override
    public void close() {
        try {
            if (reader != null) {
                reader.close();
            } else if (stream != null) {
                stream.close();
            }
            reader = null;
            stream = null;
        } catch (IOException e) {
            throw new InputException(id + " cannot be closed: " + Logs.reason(e), e);
        }
    }
}
