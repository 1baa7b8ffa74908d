package io.evenkeel.metric;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The summary of a complete segment, `00000.col` beside `00000.seg`: for each series a [Bucket] for every 4,096
/// points, then for every eight of those, and so on to one. It is derived: without it, or when it does not fit the
/// segment, the same answers come from the segment, more slowly.
///
///     "EKZ1" | version u32 | bytes of the segment u64 | payload length u32 | CRC-32C of the payload u32 | payload
///     payload  kind u8 = 5 | columns varint | columns x (series id varint | better u8 | aggregate u8 | name text |
///              unit text | levels varint | levels x (nodes varint | nodes x node))
///     node     the fields of the bucket, 8 bytes each | begin u64 | end u64, the bytes of the segment with its points
public final class ZoomFile {
    /// Points that a bucket of the lowest level holds.
    static final int BLOCK_POINTS = 4_096;
    /// Buckets that one of the next level holds.
    static final int FAN_OUT = 8;

    private static final int MAGIC = 0x315a4b45;
    private static final byte KIND = 5;
    private static final int HEADER_BYTES = 16;

    private final List<Column> columns;

    private ZoomFile(List<Column> columns) {
        this.columns = columns;
    }

    /// @param levels lowest first
    record Column(int id, Series series, List<List<Node>> levels) {}

    /// @param begin offset of the first frame with a point of the bucket
    /// @param end   offset behind the last
    record Node(Bucket bucket, long begin, long end) {}

    List<Column> columns() {
        return columns;
    }

    static Path pathOf(Path segment) {
        var name = segment.getFileName().toString();
        return segment.resolveSibling(name.substring(0, name.length() - ".seg".length()) + ".col");
    }

    /// Writes the summary of a complete segment.
    public static void build(Path segment) throws IOException {
        var columns = new TreeMap<Integer, ColumnBuilder>();
        try (var reader = new SegmentReader(segment)) {
            reader.read(new SegmentVisitor() {
                @Override
                public void series(int id, Series series) {
                    columns.put(id, new ColumnBuilder(id, series));
                }

                @Override
                public void scalars(long step, double wall, int count, int[] ids, double[] values) {
                    for (var i = 0; i < count; i++) {
                        var column = columns.get(ids[i]);
                        if (column != null) {
                            column.add(step, values[i], reader.frameStart(), reader.frameEnd());
                        }
                    }
                }
            });
        }
        var buffer = new FrameBuffer().begin(KIND).varint(columns.size());
        columns.values().forEach(column -> put(buffer, column.build()));
        buffer.end();
        var bytes = ByteBuffer.allocate(HEADER_BYTES + buffer.size()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC)
                .putInt(FrameBuffer.VERSION)
                .putLong(Files.size(segment))
                .put(buffer.view())
                .flip();
        var target = pathOf(segment);
        var writing = target.resolveSibling(target.getFileName() + ".tmp");
        try (var channel = FileChannel.open(
                writing, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(writing, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void put(FrameBuffer buffer, Column column) {
        buffer.varint(column.id())
                .series(column.series())
                .varint(column.levels().size());
        for (var level : column.levels()) {
            buffer.varint(level.size());
            for (var node : level) {
                var b = node.bucket();
                buffer.i64(b.step0()).i64(b.step1()).i64(b.n());
                buffer.i64(b.nonFinite()).i64(b.firstNonFinite());
                buffer.i64(b.firstStep()).f64(b.first()).i64(b.lastStep()).f64(b.last());
                buffer.i64(b.minStep()).f64(b.min()).i64(b.maxStep()).f64(b.max());
                buffer.f64(b.sum()).i64(node.begin()).i64(node.end());
            }
        }
    }

    /// The summary of a segment; null when there is none that fits it.
    static @Nullable ZoomFile read(Path segment) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(pathOf(segment));
        } catch (NoSuchFileException e) {
            return null;
        }
        var payload = HEADER_BYTES + FrameBuffer.PREFIX_BYTES;
        if (bytes.length <= payload
                || (int) FrameBuffer.INT.get(bytes, 0) != MAGIC
                || (int) FrameBuffer.INT.get(bytes, 4) != FrameBuffer.VERSION
                || (long) FrameBuffer.LONG.get(bytes, 8) != Files.size(segment)
                || (int) FrameBuffer.INT.get(bytes, HEADER_BYTES) != bytes.length - payload) {
            return null;
        }
        var crc = new CRC32C();
        crc.update(bytes, payload, bytes.length - payload);
        if ((int) crc.getValue() != (int) FrameBuffer.INT.get(bytes, HEADER_BYTES + Integer.BYTES)) {
            return null;
        }
        try {
            return parse(new Cursor(bytes, payload + 1, bytes.length));
        } catch (Cursor.MalformedException e) {
            // It is derived: the segment has the answer.
            return null;
        }
    }

    private static ZoomFile parse(Cursor cursor) throws Cursor.MalformedException {
        var columns = new ArrayList<Column>();
        for (var count = cursor.count(); count > 0; count--) {
            var id = cursor.count();
            var series = cursor.series();
            var levels = new ArrayList<List<Node>>();
            for (var rest = cursor.count(); rest > 0; rest--) {
                var nodes = new ArrayList<Node>();
                for (var left = cursor.count(); left > 0; left--) {
                    nodes.add(node(cursor));
                }
                levels.add(nodes);
            }
            columns.add(new Column(id, series, levels));
        }
        return new ZoomFile(columns);
    }

    private static Node node(Cursor c) throws Cursor.MalformedException {
        var bucket = new Bucket(
                c.i64(), c.i64(), c.i64(), c.i64(), c.i64(), c.i64(), c.f64(), c.i64(), c.f64(), c.i64(), c.f64(),
                c.i64(), c.f64(), c.f64());
        return new Node(bucket, c.i64(), c.i64());
    }

    /// Gathers the points of one series into levels.
    private static final class ColumnBuilder {
        private final int id;
        private final Series series;
        private final List<Node> blocks = new ArrayList<>();
        private Bucket.Builder block = new Bucket.Builder();
        private long begin;
        private long end;

        ColumnBuilder(int id, Series series) {
            this.id = id;
            this.series = series;
        }

        void add(long step, double value, long frameStart, long frameEnd) {
            if (block.size() == 0) {
                begin = frameStart;
            }
            block.add(step, value);
            end = frameEnd;
            if (block.size() == BLOCK_POINTS) {
                endBlock();
            }
        }

        private void endBlock() {
            blocks.add(new Node(block.build(), begin, end));
            block = new Bucket.Builder();
        }

        Column build() {
            if (block.size() > 0) {
                endBlock();
            }
            var levels = new ArrayList<List<Node>>();
            var level = blocks;
            levels.add(level);
            while (level.size() > 1) {
                var next = new ArrayList<Node>();
                for (var from = 0; from < level.size(); from += FAN_OUT) {
                    next.add(merge(level.subList(from, Math.min(from + FAN_OUT, level.size()))));
                }
                levels.add(next);
                level = next;
            }
            return new Column(id, series, levels);
        }

        private static Node merge(List<Node> nodes) {
            var bucket = new Bucket.Builder();
            nodes.forEach(node -> bucket.add(node.bucket()));
            return new Node(
                    bucket.build(), nodes.getFirst().begin(), nodes.getLast().end());
        }
    }
}
