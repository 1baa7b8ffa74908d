package io.evenkeel.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.InputException;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableDataTest {
    @TempDir
    Path dir;

    private TableData open(String csv, String target) throws IOException {
        var file = Files.writeString(dir.resolve("t.csv"), csv);
        return (TableData)
                DataConfig.open(new TableData.Config(file.toString(), target, 0.25, 1), dir.resolve("cache"));
    }

    @Test
    void turnsCellsIntoNumbers() throws IOException {
        var csv = new StringBuilder("size;colour;gap;kind\n");
        for (var i = 0; i < 40; i++) {
            csv.append(i)
                    .append(i % 2 == 0 ? ";red;" : ";blue;")
                    .append(i % 5 == 0 ? "?" : Integer.toString(i % 3))
                    .append(i < 20 ? ";small\n" : ";large\n");
        }
        try (var data = open(csv.toString(), "kind");
                var source = data.train(30, RandomStream.of(1, "order"), Partition.WHOLE);
                var batch = source.next()) {
            assertThat(data.features()).containsExactly("size", "colour=blue", "colour=red", "gap", "gap missing");
            assertThat(data.classes()).containsExactly("large", "small");
            assertThat(data.trainRows()).isEqualTo(30);
            assertThat(data.validationRows()).isEqualTo(10);
            var rows = batch.inputs().toDoubles();
            var sums = new double[2];
            for (var i = 0; i < 30; i++) {
                var origin = batch.origins().get(i).offset();
                assertThat(rows[i * 5 + 1]).isEqualTo(origin % 2);
                assertThat(rows[i * 5 + 2]).isEqualTo(1 - origin % 2);
                assertThat(rows[i * 5 + 4]).isEqualTo(origin % 5 == 0 ? 1 : 0);
                if (origin % 5 == 0) {
                    assertThat(rows[i * 5 + 3]).isZero();
                }
                assertThat(batch.targets().toLongs()[i]).isEqualTo(origin < 20 ? 1 : 0);
                sums[0] += rows[i * 5];
                sums[1] += rows[i * 5] * rows[i * 5];
            }
            assertThat(sums[0] / 30).isCloseTo(0, within(1e-5));
            assertThat(sums[1] / 30).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void predictsNumbers() throws IOException {
        var csv = new StringBuilder("x,y\n");
        for (var i = 0; i < 40; i++) {
            csv.append(i).append(',').append(i * 2.5).append('\n');
        }
        try (var data = open(csv.toString(), "y");
                var source = data.train(30, RandomStream.of(1, "order"), Partition.WHOLE);
                var batch = source.next()) {
            assertThat(data.classes()).isEmpty();
            assertThat(batch.targets().dtype()).isEqualTo(DType.FLOAT32);
            var scale = data.targetScale();
            assertThat(batch.targets().toDoubles()[0] * scale[1] + scale[0])
                    .isCloseTo(batch.origins().getFirst().offset() * 2.5, within(1e-4));
        }
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> open("a,b\n1,2\n3,4\n", "c"))
                .isInstanceOf(InputException.class)
                .hasMessage("target must be one of the columns [a, b] but was c");
        assertThatThrownBy(() -> open("a,b\n1,2\n3,4\n", null))
                .hasMessage("target must be one of the columns [a, b] but was not given");
        assertThatThrownBy(() -> open("a,b\n1,2\n3,\n", "b"))
                .hasMessage("target must be in every row but b is missing in row 2");
        assertThatThrownBy(() -> open("a,b\n1,2\n", "b")).hasMessageContaining("source must have at least two rows");
        assertThatThrownBy(() -> DataConfig.open(new TableData.Config("nowhere.csv", "b", null, 0), dir))
                .hasMessageContaining("nowhere.csv, which does not exist");
    }
}
