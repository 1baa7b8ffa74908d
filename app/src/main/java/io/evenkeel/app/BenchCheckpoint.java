package io.evenkeel.app;

import io.evenkeel.app.TrainingShape.Shape;
import io.evenkeel.checkpoint.CheckpointContent;
import io.evenkeel.checkpoint.CheckpointStore;
import io.evenkeel.checkpoint.CheckpointStore.Retention;
import io.evenkeel.checkpoint.CheckpointWriter;
import io.evenkeel.checkpoint.Health;
import io.evenkeel.nn.Precision;
import io.evenkeel.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/// `evenkeel bench checkpoint`: what a checkpoint costs the training thread, and how fast it is written and read.
@Command(
        name = "checkpoint",
        description =
                "Stall of the training thread and bandwidth of checkpoints of a model of 10 million parameters with"
                        + " AdamW, beside a plain file copy of the same bytes.")
final class BenchCheckpoint implements Callable<Integer> {
    @Option(names = "--rounds", description = "Checkpoints to write; default: ${DEFAULT-VALUE}.")
    int rounds = 7;

    @Option(names = "--dir", description = "Where to write; default: a temporary directory, deleted afterwards.")
    Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Mixin
    Output output;

    /// Medians over the rounds.
    ///
    /// @param stallMillis    the training thread waits
    /// @param writeMBs       hashed, written, synced, renamed and verified
    /// @param readMBs        verified and copied into tensors
    /// @param copyMBs        a plain copy of a file of the same size, synced
    record Row(
            long parameters, double megabytes, double stallMillis, double writeMBs, double readMBs, double copyMBs) {}

    @Override
    public Integer call() throws IOException {
        var root = Files.createTempDirectory(directory, "evenkeel-bench-");
        try (var shape = new TrainingShape(Shape.TEN_MILLION, Precision.FP32)) {
            var row = measure(shape, root);
            output.result(String.format(
                    Locale.ROOT,
                    "%,d parameters, %.0f MB a checkpoint%n"
                            + "stall of the training thread  %8.1f ms%n"
                            + "write (hash, sync, verify)    %8.0f MB/s%n"
                            + "read (verify, copy)           %8.0f MB/s%n"
                            + "plain copy of a file (synced) %8.0f MB/s",
                    row.parameters(),
                    row.megabytes(),
                    row.stallMillis(),
                    row.writeMBs(),
                    row.readMBs(),
                    row.copyMBs()));
            var document = new LinkedHashMap<String, Object>();
            document.put("bench", "checkpoint");
            document.put("rows", List.of(row));
            document.put("peer", null);
            output.document(document);
            return 0;
        } finally {
            delete(root);
        }
    }

    private Row measure(TrainingShape shape, Path root) throws IOException {
        shape.step();
        Map<String, Tensor> model = new TreeMap<>();
        shape.parameters().all().forEach(parameter -> model.put(parameter.name(), parameter.value()));
        var moments = shape.optimizer().tensors();
        var bytes = 0L;
        for (var tensor : model.values()) {
            bytes += tensor.nbytes();
        }
        for (var tensor : moments.values()) {
            bytes += tensor.nbytes();
        }
        var stalls = new ArrayList<Double>();
        var writes = new ArrayList<Double>();
        var reads = new ArrayList<Double>();
        var copies = new ArrayList<Double>();
        var store = new CheckpointStore(root.resolve("checkpoints"));
        try (var writer = new CheckpointWriter(store, new Retention(2, false))) {
            writer.reserve(model, moments);
            for (var step = 1L; step <= rounds; step++) {
                shape.step();
                var state = JsonMapper.shared().createObjectNode().put("step", step);
                var start = System.nanoTime();
                writer.submit(
                        new CheckpointContent(step, model, moments, state, new Health(false, null, "benchmark")),
                        () -> {});
                stalls.add((System.nanoTime() - start) / 1e6);
                writer.awaitIdle();
                writes.add(bytes / 1e6 / ((System.nanoTime() - start) / 1e9));
                start = System.nanoTime();
                try (var checkpoint = store.open(step)) {
                    checkpoint.loadModel(model);
                    checkpoint.loadOptimizer(moments);
                }
                reads.add(bytes / 1e6 / ((System.nanoTime() - start) / 1e9));
                copies.add(bytes / 1e6 / copySeconds(store.path(step).resolve("optimizer.safetensors"), bytes, root));
            }
        }
        return new Row(
                shape.parameters().count(),
                bytes / 1e6,
                BenchTrain.median(stalls),
                BenchTrain.median(writes),
                BenchTrain.median(reads),
                BenchTrain.median(copies));
    }

    /// Seconds to copy as many bytes as a checkpoint has from a file into a new one, and sync it.
    private static double copySeconds(Path source, long bytes, Path root) throws IOException {
        var target = root.resolve("copy");
        Files.deleteIfExists(target);
        var start = System.nanoTime();
        try (var in = FileChannel.open(source, StandardOpenOption.READ);
                var out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.allocateDirect(1 << 20);
            for (var copied = 0L; copied < bytes; ) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - copied));
                if (in.read(buffer) < 0) {
                    in.position(0);
                    continue;
                }
                buffer.flip();
                while (buffer.hasRemaining()) {
                    copied += out.write(buffer);
                }
            }
            out.force(true);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void delete(Path root) throws IOException {
        try (var tree = Files.walk(root)) {
            for (var path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
