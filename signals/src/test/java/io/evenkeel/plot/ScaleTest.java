package io.evenkeel.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleTest {
    private static List<String> labels(Axis axis, double low, double high, boolean widen, int wanted) {
        return new Scale(axis, low, high, widen, wanted)
                .ticks(wanted).stream().map(Scale.Tick::label).toList();
    }

    @Test
    void ticksLinearAxesAtRoundNumbers() {
        assertThat(labels(Axis.linear(""), 0, 19_560, false, 7)).containsExactly("0", "5,000", "10,000", "15,000");
        assertThat(labels(Axis.linear(""), 2.31, 3.74, true, 5)).containsExactly("2.0", "2.5", "3.0", "3.5", "4.0");
        assertThat(labels(Axis.linear(""), 0, 1, true, 4)).containsExactly("0", "0.25", "0.50", "0.75", "1.00");
        assertThat(labels(Axis.linear(""), 0, 3e-5, true, 3)).containsExactly("0", "1e-5", "2e-5", "3e-5");
        assertThat(labels(Axis.linear(""), -2, 2, true, 4)).containsExactly("-2", "-1", "0", "1", "2");
    }

    @Test
    void ticksPercentAxes() {
        assertThat(labels(Axis.percent("").range(0.7, 1), 0, 1, true, 4)).containsExactly("70%", "80%", "90%", "100%");
    }

    @Test
    void ticksLogAxesAtPowersOfTenAndBetweenThem() {
        assertThat(labels(Axis.log(""), 1e-4, 0.03, false, 7))
                .containsExactly("1e-4", "2e-4", "5e-4", "0.001", "0.002", "0.005", "0.01", "0.02");
        assertThat(labels(Axis.log(""), 1e-8, 1e8, false, 5)).containsExactly("1e-8", "1e-4", "1", "10,000", "1e8");
        assertThat(labels(Axis.log(""), 2.2, 2.9, false, 4)).hasSizeGreaterThan(1);
        assertThat(labels(Axis.log("").ticks(List.of(8.0, 12_288.0, 99_999.0)), 8, 12_288, false, 4))
                .containsExactly("8", "12,288");
    }

    @Test
    void keepsAllTicksInsideAndInOrder() {
        var random = RandomStream.of(5, "scale");
        for (int i = 0; i < 2000; i++) {
            var log = random.nextBoolean();
            double low = log ? Math.exp(20 * random.nextGaussian()) : 1e3 * random.nextGaussian();
            double high = log
                    ? low * (1.0001 + Math.exp(3 * random.nextGaussian()))
                    : low + Math.exp(9 * random.nextGaussian());
            int wanted = 2 + random.nextInt(8);
            var widen = random.nextBoolean();
            var scale = new Scale(log ? Axis.log("") : Axis.linear(""), low, high, widen, wanted);
            assertThat(scale.at(low)).isBetween(-1e-9, 1 + 1e-9);
            assertThat(scale.at(high)).isBetween(-1e-9, 1 + 1e-9);
            var ticks = scale.ticks(wanted);
            assertThat(ticks).as("%s..%s log %s", low, high, log).hasSizeBetween(log ? 0 : 1, 2 * wanted + 4);
            for (int k = 0; k < ticks.size(); k++) {
                assertThat(scale.at(ticks.get(k).value())).isBetween(-1e-6, 1 + 1e-6);
                assertThat(k == 0 || ticks.get(k).value() > ticks.get(k - 1).value())
                        .isTrue();
            }
        }
    }

    @Test
    void placesCategoriesInTheMiddleOfEqualParts() {
        var scale = new Scale(Axis.categories("", List.of("a", "b")), Double.NaN, Double.NaN, false, 5);
        assertThat(scale.at(0)).isCloseTo(0.25, within(1e-12));
        assertThat(scale.at(1)).isCloseTo(0.75, within(1e-12));
    }

    @Test
    void writesNumbers() {
        assertThat(Svg.number(-0.001)).isEqualTo("0");
        assertThat(Svg.number(-1.005)).isIn("-1", "-1.01");
        assertThat(Svg.number(12.3)).isEqualTo("12.3");
        assertThat(Svg.number(12.05)).isEqualTo("12.05");
        assertThat(Svg.number(-0.25)).isEqualTo("-0.25");
        assertThat(Numbers.value(12_288)).isEqualTo("12,288");
        assertThat(Numbers.value(0.000123456)).isEqualTo("1.235e-4");
        assertThat(Numbers.value(2.5)).isEqualTo("2.5");
        assertThat(Numbers.value(Double.NaN)).isEqualTo("NaN");
    }
}
