package io.evenkeel.studies.common;

import io.evenkeel.study.Workshop;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;

/// Values that are trained once for all trials that begin with them.
public final class Pretrained {
    private static final String FILE = "weights";

    private Pretrained() {}

    /// Fills the values, by training if nobody has yet.
    ///
    /// @param values   flat, FLOAT32, such as [io.evenkeel.nn.Parameters#values]
    /// @param name     of what it is, with the study and its version
    /// @param config   all that it depends on
    /// @param training changes the values
    public static void into(Tensor values, String name, Record config, Workshop workshop, Runnable training) {
        var directory = workshop.shared(name, config, target -> {
            training.run();
            var floats = values.toFloats();
            var bytes = ByteBuffer.allocate(Float.BYTES * floats.length);
            bytes.asFloatBuffer().put(floats);
            Files.write(target.resolve(FILE), bytes.array());
        });
        try (var _ = Scope.open()) {
            var floats = new float[(int) values.numel()];
            ByteBuffer.wrap(Files.readAllBytes(directory.resolve(FILE))).asFloatBuffer().get(floats);
            values.copy_(Tensors.of(floats, floats.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
