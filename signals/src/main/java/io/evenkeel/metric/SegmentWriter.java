package io.evenkeel.metric;

import io.evenkeel.AppendFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/// Appends readings to a segment: one file of the metrics of one incarnation of a run. Little-endian throughout.
///
///     header       "EKM1" | version u32 | incarnation u32 | run hash u64 | step it starts from i64 | CRC-32C u32
///     frame        payload length u32 | CRC-32C of the payload u32 | payload
///     payload      kind u8, then
///       1 scalars      step i64 | seconds since 1970 f64 | count varint | count x (series id varint | value f64)
///       2 series       id varint | better u8 | aggregate u8 | name text | unit text
///       3 incarnation  number varint | step it starts from i64 | cause text
///       4 close        scalar frames varint
///     text         length varint | UTF-8
///
/// Every segment defines the series it uses and begins with its incarnation, so that it can be read alone; the header
/// repeats what readers of other segments need. Values are
/// the bits of the double: NaN and infinities are values. A frame reaches the file by one `write`, so that it survives
/// the death of the process; [#force] makes it survive that of the machine. Not thread safe but for [#force].
public final class SegmentWriter implements AutoCloseable {
    private static final int FLUSH_BYTES = 1 << 18;

    private final Path file;
    private final AppendFile end;
    private final FrameBuffer buffer = new FrameBuffer();
    private final Map<String, Integer> ids = new HashMap<>();
    private int[] columns = new int[256];
    private long written;
    private long frames;

    private SegmentWriter(Path file, AppendFile end) {
        this.file = file;
        this.end = end;
    }

    /// Creates the segment `number` in `directory` and writes its beginning.
    ///
    /// @param run         a hash of the run's id, so that a stray file is recognised
    /// @param incarnation number of the incarnation
    /// @param rewindTo    the step after which older readings are superseded
    /// @param onError     what is done when something cannot be written
    /// @throws IOException when the file exists or cannot be written
    public static SegmentWriter create(
            Path directory,
            int number,
            long run,
            int incarnation,
            long rewindTo,
            String cause,
            AppendFile.OnError onError)
            throws IOException {
        var file = directory.resolve(fileName(number));
        var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var writer = new SegmentWriter(file, new AppendFile(channel, onError));
        try {
            writer.buffer.header(incarnation, run, rewindTo);
            var shortCause = cause.length() > 1_000 ? cause.substring(0, 1_000) : cause;
            writer.buffer
                    .begin(FrameBuffer.INCARNATION)
                    .varint(incarnation)
                    .i64(rewindTo)
                    .text(shortCause)
                    .end();
            writer.flush();
            return writer;
        } catch (IOException e) {
            writer.close();
            throw e;
        }
    }

    /// The name of the segment `number`.
    static String fileName(int number) {
        return String.format("%05d.seg", number);
    }

    public Path file() {
        return file;
    }

    /// Bytes of the segment, those waiting for [#flush] included.
    public long bytes() {
        return written + buffer.size();
    }

    /// Adds the readings of a step; they are in the file after [#flush].
    ///
    /// @param names  the series
    /// @param values one value a series
    public void add(long step, double wallSeconds, String[] names, double[] values) throws IOException {
        if (columns.length < names.length) {
            columns = new int[names.length];
        }
        for (var i = 0; i < names.length; i++) {
            var id = ids.get(names[i]);
            columns[i] = id == null ? define(Series.of(names[i])) : id;
        }
        var from = 0;
        do {
            var count = Math.min(FrameBuffer.MAX_READINGS, names.length - from);
            buffer.begin(FrameBuffer.SCALARS).i64(step).f64(wallSeconds).varint(count);
            for (var i = from; i < from + count; i++) {
                buffer.varint(columns[i]).f64(values[i]);
            }
            buffer.end();
            frames++;
            from += count;
        } while (from < names.length);
        if (buffer.size() > FLUSH_BYTES) {
            flush();
        }
    }

    private int define(Series series) {
        var id = ids.size();
        ids.put(series.name(), id);
        buffer.begin(FrameBuffer.SERIES).varint(id).series(series).end();
        return id;
    }

    /// Writes what was added.
    public void flush() throws IOException {
        if (buffer.size() == 0) {
            return;
        }
        written += end.append(buffer.view());
        buffer.clear();
    }

    /// Writes the frame that marks the segment as complete; nothing may be added afterwards.
    public void finish() throws IOException {
        buffer.begin(FrameBuffer.CLOSE).varint(frames).end();
        flush();
    }

    /// Waits until all that was flushed is on the disk. May be called by any thread.
    public void force() throws IOException {
        end.force();
    }

    @Override
    public void close() throws IOException {
        end.close();
    }

    /// Makes the segments in `directory` complete after their writer was killed: a torn end is removed, the closing
    /// frame and the summary are added. Only for who holds the run's lock.
    ///
    /// @return the number that the next segment takes
    public static int recover(Path directory) throws IOException {
        var next = 0;
        for (var file : Segments.files(directory)) {
            if (ZoomFile.read(file) != null || recoverFile(file)) {
                next = Segments.number(file) + 1;
            }
        }
        return next;
    }

    /// @return false when the segment had not begun and was deleted
    private static boolean recoverFile(Path file) throws IOException {
        long end;
        boolean complete;
        var scalars = new long[1];
        try (var reader = new SegmentReader(file)) {
            reader.read(new SegmentVisitor() {
                @Override
                public void scalars(long step, double wallSeconds, int count, int[] ids, double[] values) {
                    scalars[0]++;
                }
            });
            end = reader.position();
            complete = reader.complete();
        }
        if (end == 0) {
            Files.delete(file);
            return false;
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(end);
            var writer = new SegmentWriter(file, new AppendFile(channel, AppendFile.OnError.THROW));
            if (!complete) {
                channel.position(end);
                writer.frames = scalars[0];
                writer.finish();
            }
            writer.force();
        }
        ZoomFile.build(file);
        return true;
    }
}
