package io.evenkeel.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/// Writes `.wandb` files as [WandbFileReader] describes them.
final class WandbBytes {
    private static final int BLOCK = 32_768;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    WandbBytes() {
        out.writeBytes(new byte[] {':', 'W', '&', 'B', (byte) 0xe1, (byte) 0xbe, 0});
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /// A step's history: JSON texts by name; a name with `/` is a nested key.
    void history(long step, Map<String, String> values) {
        var history = new ByteArrayOutputStream();
        values.forEach((name, json) -> {
            var item = new ByteArrayOutputStream();
            if (name.contains("/")) {
                for (var part : name.split("/")) {
                    field(item, 2, part.getBytes(StandardCharsets.UTF_8));
                }
            } else {
                field(item, 1, name.getBytes(StandardCharsets.UTF_8));
            }
            field(item, 16, json.getBytes(StandardCharsets.UTF_8));
            field(history, 1, item.toByteArray());
        });
        var number = new ByteArrayOutputStream();
        number.write(1 << 3);
        varint(number, step);
        field(history, 2, number.toByteArray());
        var record = new ByteArrayOutputStream();
        field(record, 2, history.toByteArray());
        record(record.toByteArray());
    }

    /// Some other record of this size.
    void other(int bytes) {
        var record = new ByteArrayOutputStream();
        field(record, 4, new byte[bytes]);
        record(record.toByteArray());
    }

    private void record(byte[] data) {
        var at = 0;
        var first = true;
        do {
            var left = BLOCK - out.size() % BLOCK;
            if (left < 7) {
                out.writeBytes(new byte[left]);
                left = BLOCK;
            }
            var length = Math.min(data.length - at, left - 7);
            var last = at + length == data.length;
            var type = first ? last ? 1 : 2 : last ? 4 : 3;
            var crc = new CRC32();
            crc.update(type);
            crc.update(data, at, length);
            out.writeBytes(ByteBuffer.allocate(7)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt((int) crc.getValue())
                    .putShort((short) length)
                    .put((byte) type)
                    .array());
            out.write(data, at, length);
            at += length;
            first = false;
        } while (at < data.length);
    }

    private static void field(ByteArrayOutputStream to, int number, byte[] bytes) {
        varint(to, number << 3 | 2);
        varint(to, bytes.length);
        to.writeBytes(bytes);
    }

    private static void varint(ByteArrayOutputStream to, long value) {
        var left = value;
        while (left >= 0x80) {
            to.write((int) (left & 0x7f) | 0x80);
            left >>>= 7;
        }
        to.write((int) left);
    }
}
