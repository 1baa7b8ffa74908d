package io.evenkeel.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.random.RandomStream;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class PermutationTest {
    @Test
    void isABijectionWithItsInverse() {
        var random = RandomStream.of(1, "sizes");
        for (var trial = 0; trial < 200; trial++) {
            var size = trial < 20 ? trial + 1 : 1 + random.nextInt(3000);
            var permutation = new Permutation(size, random.nextLong());
            var seen = new BitSet();
            for (var i = 0; i < size; i++) {
                var element = permutation.at(i);
                assertThat(element).isBetween(0L, size - 1L);
                assertThat(permutation.indexOf(element)).isEqualTo(i);
                seen.set((int) element);
            }
            assertThat(seen.cardinality()).isEqualTo(size);
        }
    }

    @Test
    void invertsHugeSizesWithoutMemory() {
        var random = RandomStream.of(2, "huge");
        var permutation = new Permutation((1L << 61) + 12345, 7);
        for (var i = 0; i < 1000; i++) {
            var index = random.nextLong((1L << 61) + 12345);
            assertThat(permutation.indexOf(permutation.at(index))).isEqualTo(index);
        }
    }

    /// Over many keys each element is as often at each place: chi-square with 100 - 20 + 1 = 81 degrees of freedom,
    /// whose 99.9th percentile is 125.
    @Test
    void putsEveryElementEverywhereEquallyOften() {
        var size = 10;
        var keys = 20_000;
        var counts = new int[size][size];
        var random = RandomStream.of(3, "keys");
        for (var k = 0; k < keys; k++) {
            var permutation = new Permutation(size, random.nextLong());
            for (var i = 0; i < size; i++) {
                counts[i][(int) permutation.at(i)]++;
            }
        }
        var expected = keys / (double) size;
        var chiSquare = 0.0;
        for (var row : counts) {
            for (var count : row) {
                chiSquare += (count - expected) * (count - expected) / expected;
            }
        }
        assertThat(chiSquare).isLessThan(125);
    }

    @Test
    void refusesWhatIsOutside() {
        assertThatThrownBy(() -> new Permutation(0, 1)).hasMessage("size must be in [1, 2^62] but was 0");
        assertThatThrownBy(() -> new Permutation(5, 1).at(5)).hasMessage("index must be in [0, 5) but was 5");
    }
}
