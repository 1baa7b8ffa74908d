package io.evenkeel.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.testing.Property;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StatisticTest {
    /// Tables of the normal distribution: 0.975 at 1.959963985, 2.866515719e-7 above 5, 6.22096057e-16 above 8.
    @Test
    void normalDistribution() {
        assertThat(Normal.cdf(0)).isEqualTo(0.5);
        assertThat(Normal.cdf(1.959963984540054)).isCloseTo(0.975, within(1e-14));
        assertThat(Normal.cdf(-5)).isCloseTo(2.866515718791939e-7, within(1e-19));
        assertThat(Normal.cdf(-8)).isCloseTo(6.22096057427178e-16, within(1e-27));
        assertThat(Normal.cdf(40)).isEqualTo(1);
        // Series and continued fraction meet at 3.
        assertThat(Normal.cdf(-3 + 1e-12)).isCloseTo(Normal.cdf(-3), within(1e-13));
        assertThat(Normal.quantile(0.975)).isCloseTo(1.959963984540054, within(1e-12));
        assertThatThrownBy(() -> Normal.quantile(1)).hasMessage("probability must be in (0, 1) but was 1.0");
    }

    /// Wilson's interval of 8 in 10 is [0.4902, 0.9433], of 0 in 10 [0, 0.2775].
    @Test
    void shareWithItsInterval() {
        var most = new Proportion(8, 10);
        assertThat(most.low()).isCloseTo(0.49016, within(1e-5));
        assertThat(most.high()).isCloseTo(0.94331, within(1e-5));
        var none = new Proportion(0, 10);
        assertThat(none.low()).isZero();
        assertThat(none.high()).isCloseTo(0.27754, within(1e-5));
        assertThat(new Proportion(10, 10).high()).isEqualTo(1);
        assertThat(new Proportion(0, 0).share()).isNaN();
        assertThat(new Proportion(0, 0).high()).isEqualTo(1);
        assertThatThrownBy(() -> new Proportion(3, 2)).hasMessage("successes must be in [0, 2] but was 3");
    }

    /// Slopes of (0,0) (1,1) (2,2) (3,30): 1 1 1 10 14.5 29, median 5.5; 29 % of outliers leave an exact line
    /// exact.
    @Test
    void slopeOfTheilAndSen() {
        assertThat(Slope.of(0, 1, 2, 30).slope()).isEqualTo(5.5);
        var y = new double[21];
        Arrays.setAll(y, i -> i % 5 == 2 ? 1000 : 3 - 0.5 * i);
        var line = Slope.of(y);
        assertThat(line.slope()).isCloseTo(-0.5, within(1e-12));
        assertThat(line.at(10)).isCloseTo(-2, within(1e-12));
        assertThatThrownBy(() -> Slope.of(new double[] {1, 1}, new double[] {1, 2}))
                .hasMessageStartingWith("x must have two different values");
    }

    /// The 95 % interval covers the true slope of normal noise in about 95 % of cases.
    @Test
    void intervalOfTheSlopeCovers() {
        var covered = new int[1];
        Property.check(400, random -> {
            var y = new double[24];
            Arrays.setAll(y, i -> 0.1 * i + random.nextGaussian());
            var line = Slope.of(y);
            covered[0] += line.low() <= 0.1 && 0.1 <= line.high() ? 1 : 0;
        });
        assertThat(covered[0] / 400.0).isBetween(0.92, 0.98);
    }

    /// U of {1, 2, 3} over {2, 4, 5, 6} is 0.5 + 1 = 1.5 of 12 pairs.
    @Test
    void ranksOfTwoSamples() {
        var test = RankTest.of(new double[] {1, 2, 3}, new double[] {2, 4, 5, 6});
        assertThat(test.superiority()).isEqualTo(1.5 / 12);
        var same = RankTest.of(new double[] {1, 1, 1}, new double[] {1, 1});
        assertThat(same.superiority()).isEqualTo(0.5);
        assertThat(same.pValue()).isEqualTo(1);
        // U = 0 of 100: mean 50, variance 100 / 12 * 21 = 175, z = -49.5 / 13.2288 = -3.7418, two-sided p
        // 1.827e-4.
        var low = new double[10];
        var high = new double[10];
        Arrays.setAll(low, i -> i);
        Arrays.setAll(high, i -> 20 + i);
        assertThat(RankTest.of(low, high).pValue()).isCloseTo(1.827e-4, within(1e-7));
        assertThatThrownBy(() -> RankTest.of(low, new double[0])).hasMessage("samples must not be empty");
    }

    /// Values 1 then 3 with half kept: raw sums 0.5, 1.75 over weights 0.5, 0.75.
    @Test
    void weightedMomentsAreFreeOfTheirStart() {
        var moments = new WeightedMoments(0.5);
        assertThat(moments.mean()).isNaN();
        moments.add(1);
        assertThat(moments.mean()).isEqualTo(1);
        assertThat(moments.variance()).isZero();
        moments.add(3);
        assertThat(moments.mean()).isCloseTo(1.75 / 0.75, within(1e-15));
        assertThat(moments.variance()).isCloseTo((0.25 + 4.5) / 0.75 - Math.pow(1.75 / 0.75, 2), within(1e-14));
        var copy = new WeightedMoments(0.5);
        copy.restore(moments.state());
        copy.add(7);
        moments.add(7);
        assertThat(copy.mean()).isEqualTo(moments.mean());
        assertThat(copy.variance()).isEqualTo(moments.variance());
        assertThatThrownBy(() -> moments.add(Double.POSITIVE_INFINITY))
                .hasMessage("value must be finite but was Infinity");
        assertThatThrownBy(() -> new WeightedMoments(1)).hasMessage("keep must be in [0, 1) but was 1.0");
    }

    @Test
    void blocksKeepAWholeStreamInBoundedMemory() {
        var blocks = new BlockMedians(8);
        var copy = new BlockMedians(8);
        for (var i = 0; i < 100_000; i++) {
            blocks.add(i);
            copy.add(i);
            if (i % 997 == 0) {
                var restored = new BlockMedians(8);
                restored.restore(copy.state());
                copy = restored;
            }
            assertThat(blocks.size()).isLessThan(8);
        }
        assertThat(blocks.size() * blocks.blockLength()).isLessThanOrEqualTo(100_000);
        assertThat(blocks.size()).isGreaterThanOrEqualTo(4);
        var medians = blocks.last(blocks.size());
        for (var i = 1; i < medians.length; i++) {
            assertThat(medians[i] - medians[i - 1]).isCloseTo(blocks.blockLength(), within(1e-6));
        }
        assertThat(copy.last(copy.size())).containsExactly(medians);
    }
}
