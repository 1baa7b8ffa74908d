package io.evenkeel.log;

import io.evenkeel.metric.Protobuf;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32;

/// Reads `run-<id>.wandb`, what W&B keeps of a run on disk.
///
///     file    7 bytes: ":W&B", u16 0xBEE1, u8 version 0; then blocks of 32,768 bytes counted from the file's start
///     record  u32 CRC-32 of type and data | u16 length | u8 type: 1 whole, 2 first, 3 middle, 4 last | data
///     data    protobuf Record; field 2 is a HistoryRecord{1 items, 2 step{1 num}},
///             item {1 key, 2 nested_key, 16 value_json}
final class WandbFileReader implements LogReader {
    private static final int HEADER_BYTES = 7;
    private static final int BLOCK_BYTES = 32_768;
    private static final int RECORD_HEADER_BYTES = 7;
    private static final int LARGEST_RECORD = 64 << 20;

    private final LogInput in;
    private final RunStreams streams;
    private final NamedRows rows;
    private final NumberParser numbers = new NumberParser();
    private long offset;

    WandbFileReader(LogInput in, RunStreams streams) {
        this.in = in;
        this.streams = streams;
        this.rows = new NamedRows(streams, new SeriesMapping(streams.options(), Map.of()));
    }

    static boolean is(byte[] head) {
        return head.length >= HEADER_BYTES
                && head[0] == ':'
                && head[1] == 'W'
                && head[2] == '&'
                && head[3] == 'B'
                && (head[4] & 0xff) == 0xe1
                && (head[5] & 0xff) == 0xbe;
    }

    @Override
    public void read(boolean last) throws IOException {
        in.skipNBytes(HEADER_BYTES);
        offset = HEADER_BYTES;
        var record = new ByteArrayOutputStream();
        try {
            while (chunk(record)) {}
        } catch (EOFException e) {
            // The last record is being written, or was when its writer died.
            streams.note("the last record is cut off and was passed over");
        }
        rows.caughtUp();
    }

    private boolean chunk(ByteArrayOutputStream record) throws IOException {
        var left = BLOCK_BYTES - offset % BLOCK_BYTES;
        if (left < RECORD_HEADER_BYTES) {
            in.skipNBytes(left);
            offset += left;
        }
        var first = in.read();
        if (first < 0) {
            return false;
        }
        var head = ByteBuffer.wrap(bytes(RECORD_HEADER_BYTES - 1)).order(ByteOrder.LITTLE_ENDIAN);
        var crc = (first & 0xff) | (head.getShort(0) & 0xffff) << 8 | (head.get(2) & 0xff) << 24;
        var length = head.getShort(3) & 0xffff;
        var type = head.get(5);
        var data = bytes(length);
        offset += RECORD_HEADER_BYTES + length;
        var sum = new CRC32();
        sum.update(type);
        sum.update(data, 0, length);
        if ((int) sum.getValue() != crc || type < 1 || type > 4 || record.size() > LARGEST_RECORD) {
            streams.warning("the record at " + (offset - length - RECORD_HEADER_BYTES)
                    + " does not match its checksum: read up to there");
            return false;
        }
        if (type == 1 || type == 2) {
            record.reset();
        }
        record.write(data, 0, length);
        if (type == 1 || type == 4) {
            record(ByteBuffer.wrap(record.toByteArray()));
        }
        return true;
    }

    private byte[] bytes(int count) throws IOException {
        var bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    private void record(ByteBuffer message) throws IOException {
        try {
            Protobuf.fields(message, (field, value) -> {
                if (field == 2) {
                    history(value.bytes());
                }
            });
        } catch (EOFException e) {
            streams.warning("a record is no message and was passed over");
        }
    }

    private void history(ByteBuffer message) throws IOException {
        var row = new Row();
        Protobuf.fields(message, (field, value) -> {
            if (field == 1) {
                item(value.bytes(), row);
            } else if (field == 2) {
                Protobuf.fields(value.bytes(), (number, step) -> {
                    if (number == 1) {
                        row.numbers.putIfAbsent("_step", (double) step.bits());
                    }
                });
            }
        });
        if (!row.isEmpty()) {
            rows.add(row);
        }
    }

    private void item(ByteBuffer message, Row row) throws IOException {
        var key = new StringBuilder();
        var json = new String[] {""};
        Protobuf.fields(message, (field, value) -> {
            switch (field) {
                case 1 -> key.append(value.text());
                case 2 -> key.append(key.isEmpty() ? "" : "/").append(value.text());
                case 16 -> json[0] = value.text();
                default -> {}
            }
        });
        var text =
                json[0].length() > 1 && json[0].startsWith("\"") ? json[0].substring(1, json[0].length() - 1) : json[0];
        if (!key.isEmpty() && numbers.parse(text)) {
            row.number(key.toString(), numbers.value());
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
