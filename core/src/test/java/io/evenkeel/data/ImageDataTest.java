package io.evenkeel.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.InputException;
import io.evenkeel.data.format.IdxFile;
import io.evenkeel.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDataTest {
    @TempDir
    Path dir;

    /// `count` images of 2 x 3 whose pixels are their number, labelled by number modulo 4.
    private void write(String part, int count) throws IOException {
        var pixels = new byte[count * 6];
        var labels = new byte[count];
        for (var i = 0; i < count; i++) {
            java.util.Arrays.fill(pixels, i * 6, i * 6 + 6, (byte) i);
            labels[i] = (byte) (i % 4);
        }
        new IdxFile(new int[] {count, 2, 3}, pixels).write(dir.resolve(part + "-images-idx3-ubyte.gz"));
        new IdxFile(new int[] {count}, labels).write(dir.resolve(part + "-labels-idx1-ubyte.gz"));
    }

    private Data open(Double split) {
        return DataConfig.open(new ImageData.Config(dir.toString(), split, 1), dir.resolve("cache"));
    }

    @Test
    void standardisesAndLabels() throws IOException {
        write("train", 200);
        try (var data = (ImageData) open(0.25);
                var source = data.train(30, RandomStream.of(1, "order"), Partition.WHOLE)) {
            assertThat(data.trainImages()).isEqualTo(150);
            assertThat(data.validationImages()).isEqualTo(50);
            assertThat(data.classes()).containsExactly("0", "1", "2", "3");
            assertThat(data.shape()).containsExactly(1, 2, 3);
            var sum = 0.0;
            var squares = 0.0;
            var seen = new java.util.HashSet<Long>();
            for (var i = 0; i < 5; i++) {
                try (var batch = source.next()) {
                    assertThat(batch.inputs().shape()).containsExactly(30, 1, 2, 3);
                    for (var value : batch.inputs().toDoubles()) {
                        sum += value;
                        squares += value * value;
                    }
                    var labels = batch.targets().toLongs();
                    for (var row = 0; row < 30; row++) {
                        assertThat(labels[row])
                                .isEqualTo(batch.origins().get(row).offset() % 4);
                        seen.add(batch.origins().get(row).offset());
                    }
                }
            }
            assertThat(sum / 900).isCloseTo(0, within(1e-5));
            assertThat(squares / 900).isCloseTo(1, within(1e-5));
            for (var batch : data.validation(64, 1000)) {
                batch.origins().forEach(origin -> assertThat(seen).doesNotContain(origin.offset()));
                batch.close();
            }
        }
    }

    @Test
    void holdsOutThePartForTestingUnlessASplitIsGiven() throws IOException {
        write("train", 40);
        write("t10k", 12);
        try (var data = (ImageData) open(null)) {
            assertThat(data.trainImages()).isEqualTo(40);
            assertThat(data.validationImages()).isEqualTo(12);
            var batch = data.validation(4, 4).iterator().next();
            assertThat(batch.origins().getFirst()).isEqualTo(new Batch.Origin("test", 0));
            batch.close();
        }
        try (var data = (ImageData) open(0.5)) {
            assertThat(data.trainImages()).isEqualTo(20);
        }
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertThatThrownBy(() -> open(null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("source must be a set of images or a folder with train-images and train-labels");
        write("train", 10);
        new IdxFile(new int[] {9}, new byte[9]).write(dir.resolve("l.gz"));
        Files.move(
                dir.resolve("l.gz"),
                dir.resolve("train-labels-idx1-ubyte.gz"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> open(null)).hasMessageContaining("labels must be as many as images, 10, but were 9");
    }
}
