package io.evenkeel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class CheckpointStoreTest {
    @TempDir
    Path dir;

    private CheckpointStore store() {
        return new CheckpointStore(dir.resolve("checkpoints"));
    }

    private static CheckpointContent content(long step, Tensor weight, @Nullable Double valLoss) {
        var state = JsonMapper.shared().createObjectNode().put("step", step);
        return new CheckpointContent(
                step, Map.of("w", weight), Map.of("m/w", weight), state, new Health(true, valLoss, "finite"));
    }

    private void save(double value, long step, @Nullable Double valLoss, CheckpointStore.Retention retention)
            throws IOException {
        try (var weight = Tensors.full(value, DType.FLOAT32, 4, 4);
                var writer = new CheckpointWriter(store(), retention)) {
            writer.submit(content(step, weight, valLoss), () -> {});
        }
    }

    private static final CheckpointStore.Retention MANY = new CheckpointStore.Retention(100, true);

    @Test
    void loadsWhatWasSaved() throws IOException {
        save(2.5, 10, 1.25, MANY);
        try (var checkpoint = store().newestValid(refusal -> {}).orElseThrow();
                var weight = Tensors.zeros(4, 4);
                var moment = Tensors.zeros(4, 4)) {
            checkpoint.loadModel(Map.of("w", weight));
            checkpoint.loadOptimizer(Map.of("m/w", moment));
            assertThat(weight.toFloats()).containsOnly(2.5f);
            assertThat(moment.toFloats()).containsOnly(2.5f);
            assertThat(checkpoint.step()).isEqualTo(10);
            assertThat(checkpoint.state().path("step").asLong()).isEqualTo(10);
            assertThat(checkpoint.health()).isEqualTo(new Health(true, 1.25, "finite"));
        }
    }

    /// The promise: one flipped byte in any file, and the checkpoint before is used.
    @Test
    void refusesACheckpointWithOneFlippedByteAndUsesTheOneBefore() throws IOException {
        save(1, 10, null, MANY);
        save(2, 20, null, MANY);
        List<Path> files;
        try (var tree = Files.list(store().path(20))) {
            files = tree.sorted().toList();
        }
        assertThat(files).hasSize(5);
        for (var file : files) {
            var bytes = Files.readAllBytes(file);
            for (var i = 0; i < bytes.length; i += Math.max(1, bytes.length / 40)) {
                var flipped = bytes.clone();
                flipped[i] ^= 1;
                Files.write(file, flipped);
                var refusals = new ArrayList<CheckpointStore.Refusal>();
                try (var checkpoint = store().newestValid(refusals::add).orElseThrow()) {
                    assertThat(checkpoint.step()).as("%s byte %d", file, i).isEqualTo(10);
                }
                assertThat(refusals).singleElement().satisfies(refusal -> {
                    assertThat(refusal.step()).isEqualTo(20);
                    assertThat(refusal.reason()).doesNotContain("\n").isNotEmpty();
                });
            }
            Files.write(file, bytes);
        }
        try (var checkpoint = store().newestValid(refusal -> {}).orElseThrow()) {
            assertThat(checkpoint.step()).isEqualTo(20);
        }
    }

    @Test
    void refusesAMissingOrTruncatedFile() throws IOException {
        save(1, 10, null, MANY);
        save(2, 20, null, MANY);
        var file = store().path(20).resolve(CheckpointStore.OPTIMIZER);
        var bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> store().verify(20)).hasMessage("optimizer.safetensors does not match its SHA-256");
        Files.delete(file);
        assertThatThrownBy(() -> store().verify(20))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("optimizer.safetensors cannot be read");
        Files.delete(store().path(20).resolve(Health.FILE));
        assertThatThrownBy(() -> store().verify(20)).isInstanceOf(InputException.class);
    }

    @Test
    void namesTheFirstTensorThatDiffersAndChangesNothing() throws IOException {
        save(1, 10, null, MANY);
        try (var checkpoint = store().open(10);
                var wide = Tensors.zeros(4, 8);
                var weight = Tensors.zeros(4, 4)) {
            assertThatThrownBy(() -> checkpoint.loadModel(Map.of("w", wide)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("tensor w is float32[4, 4] there but float32[4, 8] in the model configured");
            assertThatThrownBy(() -> checkpoint.loadModel(Map.of("w", weight, "x", weight)))
                    .hasMessageContaining("tensor x is missing there");
            assertThatThrownBy(() -> checkpoint.loadModel(Map.of()))
                    .hasMessageContaining("tensor w is not part of the model configured");
            assertThat(weight.toFloats()).containsOnly(0);
        }
    }

    @Test
    void keepsTheNewestAndTheBest() throws IOException {
        var retention = new CheckpointStore.Retention(2, true);
        save(1, 10, 3.0, retention);
        save(1, 20, 1.0, retention);
        save(1, 30, 2.0, retention);
        save(1, 40, 2.5, retention);
        save(1, 50, null, retention);
        assertThat(store().steps()).containsExactly(20L, 40L, 50L);
        save(1, 60, 9.0, new CheckpointStore.Retention(1, false));
        assertThat(store().steps()).containsExactly(60L);
    }

    @Test
    void leavesNothingHalfWrittenAndSweepsWhatAKillLeft() throws IOException {
        save(1, 10, null, MANY);
        Files.createDirectories(dir.resolve("checkpoints/.writing-20"));
        Files.writeString(dir.resolve("checkpoints/.writing-20/model.safetensors"), "half");
        Files.createDirectories(dir.resolve("checkpoints/.deleting-00000005"));
        assertThat(store().steps()).containsExactly(10L);
        new CheckpointWriter(store(), MANY).close();
        try (var children = Files.list(dir.resolve("checkpoints"))) {
            assertThat(children).containsExactly(store().path(10));
        }
    }

    @Test
    void anErrorOfTheThreadSurfacesAtTheNextCall() throws IOException {
        Files.writeString(dir.resolve("checkpoints"), "a file where the directory should be");
        try (var weight = Tensors.ones(4, 4)) {
            var writer = new CheckpointWriter(store(), MANY);
            writer.submit(content(1, weight, null), () -> {});
            assertThatThrownBy(() -> {
                        writer.awaitIdle();
                    })
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("cannot write checkpoint: ");
            writer.submit(content(2, weight, null), () -> {});
            assertThatThrownBy(writer::close).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void aSnapshotIsOfTheMomentItWasTaken() throws Exception {
        var written = new CountDownLatch(1);
        try (var weight = Tensors.full(1, DType.FLOAT32, 4, 4);
                var writer = new CheckpointWriter(store(), MANY)) {
            writer.submit(content(10, weight, null), () -> {
                try {
                    written.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            weight.fill_(5);
            assertThat(writer.busy()).isTrue();
            assertThat(store().steps()).isEmpty();
            written.countDown();
            writer.awaitIdle();
            try (var checkpoint = store().open(10)) {
                weight.zero_();
                checkpoint.loadModel(Map.of("w", weight));
                assertThat(weight.toFloats()).containsOnly(1);
            }
        }
    }

    @Test
    void thereIsNoneInAnEmptyRun() {
        assertThat(store().newestValid(refusal -> {})).isEmpty();
        assertThat(store().steps()).isEmpty();
    }
}
