package io.evenkeel.studies.p03;

import io.evenkeel.data.Batch;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensors;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Synthetic arithmetic for a model of bytes: lines `a+b=c` with `a` and `b` in [0, 99].
final class Sums {
    private static final int LIMIT = 100;

    private final RandomStream random;

    Sums(RandomStream random) {
        this.random = random;
    }

    /// As many lines as fill `length` bytes; the last one may be cut.
    byte[] text(int length) {
        var text = new StringBuilder(length + 10);
        while (text.length() < length) {
            var a = random.nextInt(LIMIT);
            var b = random.nextInt(LIMIT);
            text.append(a).append('+').append(b).append('=').append(a + b).append('\n');
        }
        return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    /// Puts them into the first `rows` windows of a batch of bytes, in place.
    void into(Batch batch, long rows) {
        var inputs = batch.inputs().memory();
        var targets = batch.targets().memory();
        var context = (int) batch.inputs().size(1);
        for (var row = 0L; row < rows; row++) {
            var text = text(context + 1);
            for (var i = 0; i < context; i++) {
                inputs.setAtIndex(ValueLayout.JAVA_LONG, row * context + i, text[i]);
                targets.setAtIndex(ValueLayout.JAVA_LONG, row * context + i, text[i + 1]);
            }
        }
    }

    /// A batch of nothing else.
    Batch batch(int rows, int context) {
        var batch = new Batch(
                Tensors.of(new long[rows * context], rows, context),
                Tensors.of(new long[rows * context], rows, context),
                List.of());
        into(batch, rows);
        return batch;
    }
}
