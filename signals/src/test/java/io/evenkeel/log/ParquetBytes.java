package io.evenkeel.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes the smallest Parquet files: required columns of int64, double and text, plain, one row group, one page a
/// column. Metadata is in Thrift's compact protocol, of which only what is needed is here.
final class ParquetBytes {
    private static final int INT64 = 2;
    private static final int DOUBLE = 5;
    private static final int BYTE_ARRAY = 6;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream thrift = new ByteArrayOutputStream();
    private int lastField;

    private ParquetBytes() {}

    /// @param columns in order; arrays of long, double or String, all of one length
    static byte[] of(Map<String, Object> columns, int rows) {
        var file = new ParquetBytes();
        file.out.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
        var offsets = new LinkedHashMap<String, int[]>();
        columns.forEach((name, values) -> offsets.put(name, file.page(values, rows)));
        var start = file.out.size();
        file.footer(columns, offsets, rows);
        var footer = file.thrift.toByteArray();
        file.out.writeBytes(footer);
        file.out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        file.out.writeBytes("PAR1".getBytes(StandardCharsets.US_ASCII));
        assert file.out.size() == start + footer.length + 8;
        return file.out.toByteArray();
    }

    private int[] page(Object values, int rows) {
        var data = data(values);
        thrift.reset();
        lastField = 0;
        i32(1, 0);
        i32(2, data.length);
        i32(3, data.length);
        begin(5);
        i32(1, rows);
        i32(2, 0);
        i32(3, 3);
        i32(4, 3);
        thrift.write(0);
        thrift.write(0);
        var offset = out.size();
        out.writeBytes(thrift.toByteArray());
        out.writeBytes(data);
        return new int[] {offset, out.size() - offset};
    }

    private static byte[] data(Object values) {
        var bytes = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        switch (values) {
            case long[] longs -> {
                for (var value : longs) {
                    bytes.putLong(value);
                }
            }
            case double[] doubles -> {
                for (var value : doubles) {
                    bytes.putDouble(value);
                }
            }
            case String[] texts -> {
                for (var text : texts) {
                    bytes.putInt(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
                }
            }
            default -> throw new AssertionError(values);
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static int type(Object values) {
        return values instanceof long[] ? INT64 : values instanceof double[] ? DOUBLE : BYTE_ARRAY;
    }

    private void footer(Map<String, Object> columns, Map<String, int[]> offsets, int rows) {
        thrift.reset();
        lastField = 0;
        i32(1, 1);
        list(2, columns.size() + 1, 12);
        structure(() -> {
            text(4, "schema");
            i32(5, columns.size());
        });
        columns.forEach((name, values) -> structure(() -> {
            i32(1, type(values));
            i32(3, 0);
            text(4, name);
            if (values instanceof String[]) {
                i32(6, 0);
            }
        }));
        lastField = 2;
        i64(3, rows);
        list(4, 1, 12);
        structure(() -> {
            list(1, columns.size(), 12);
            columns.forEach((name, values) -> structure(() -> {
                var at = offsets.get(name);
                i64(2, at[0]);
                begin(3);
                i32(1, type(values));
                list(2, 1, 5);
                varint(0);
                list(3, 1, 8);
                varint(name.length());
                thrift.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
                i32(4, 0);
                i64(5, rows);
                i64(6, at[1]);
                i64(7, at[1]);
                i64(9, at[0]);
                thrift.write(0);
                lastField = 3;
            }));
            lastField = 1;
            i64(2, offsets.values().stream().mapToInt(at -> at[1]).sum());
            i64(3, rows);
        });
        thrift.write(0);
    }

    private void structure(Runnable fields) {
        lastField = 0;
        fields.run();
        thrift.write(0);
    }

    private void field(int id, int type) {
        thrift.write((id - lastField) << 4 | type);
        lastField = id;
    }

    private void begin(int id) {
        field(id, 12);
        lastField = 0;
    }

    private void i32(int id, int value) {
        field(id, 5);
        varint((long) value << 1);
    }

    private void i64(int id, long value) {
        field(id, 6);
        varint(value << 1);
    }

    private void text(int id, String value) {
        field(id, 8);
        varint(value.length());
        thrift.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private void list(int id, int size, int type) {
        field(id, 9);
        thrift.write(size << 4 | type);
    }

    private void varint(long value) {
        var left = value;
        while (left >= 0x80) {
            thrift.write((int) (left & 0x7f) | 0x80);
            left >>>= 7;
        }
        thrift.write((int) left);
    }
}
