package io.evenkeel.plot;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.random.RandomStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class M4Test {
    private static M4 reduce(double[] y, int columns) {
        var x = IntStream.range(0, y.length).asDoubleStream().toArray();
        var scale = new Scale(Axis.linear(""), 0, y.length - 1, false, 5);
        return M4.of(x, y, scale, new Scale(Axis.linear(""), -10, 10, false, 5), v -> scale.at(v) * columns);
    }

    @Test
    void keepsFirstSmallestLargestAndLastOfEveryColumn() {
        for (int seed = 0; seed < 20; seed++) {
            var random = RandomStream.of(seed, "m4");
            int count = 1 + random.nextInt(5000);
            int columns = 1 + random.nextInt(200);
            var y = IntStream.range(0, count)
                    .mapToDouble(i -> random.nextGaussian())
                    .toArray();
            var m4 = reduce(y, columns);
            var kept = m4.pieces().getFirst();
            assertThat(kept).isSorted().doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(4 * (columns + 1));
            assertThat(kept.getFirst()).isZero();
            assertThat(kept.getLast()).isEqualTo(count - 1);
            for (int c = 0; c <= columns; c++) {
                int column = c;
                var mine = IntStream.range(0, count)
                        .filter(i -> Math.floor(i / Math.max(1.0, count - 1.0) * columns) == column)
                        .toArray();
                if (mine.length > 0 && count > 1) {
                    var seen = kept.stream()
                            .filter(i -> mine[0] <= i && i <= mine[mine.length - 1])
                            .toList();
                    assertThat(seen).contains(mine[0], mine[mine.length - 1]);
                    assertThat(seen.stream().mapToDouble(i -> y[i]).max().orElseThrow())
                            .isEqualTo(IntStream.of(mine)
                                    .mapToDouble(i -> y[i])
                                    .max()
                                    .orElseThrow());
                    assertThat(seen.stream().mapToDouble(i -> y[i]).min().orElseThrow())
                            .isEqualTo(IntStream.of(mine)
                                    .mapToDouble(i -> y[i])
                                    .min()
                                    .orElseThrow());
                }
            }
        }
    }

    @Test
    void losesNoLonelySpikeAmongManyPoints() {
        var y = new double[100_000];
        y[54_321] = 9;
        var m4 = reduce(y, 500);
        assertThat(m4.pieces().getFirst()).contains(54_321);
        assertThat(m4.drawn()).isLessThan(1600);
    }

    @Test
    void drawsEverythingWhereXGoesBack() {
        double[] x = {0, 5, 3, 4};
        var scale = new Scale(Axis.linear(""), 0, 5, false, 5);
        var m4 = M4.of(x, x, scale, scale, v -> 0);
        assertThat(m4.pieces().getFirst()).containsExactly(0, 1, 2, 3);
    }
}
