package io.evenkeel.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static HeatMap heatMap(int columns, int spike) {
        var x = IntStream.range(0, columns).asDoubleStream().toArray();
        var values = new double[2][columns];
        for (int i = 0; i < columns; i++) {
            values[0][i] = 1;
            values[1][i] = i == spike ? 1000 : 1;
        }
        values[0][0] = Double.NaN;
        return HeatMap.of("norm <by> layer", Axis.linear("step"), Axis.log("norm"), List.of("a&b", "c"), x, values);
    }

    @Test
    void heatMapShowsTheLargestValueOfACellAndHatchesWhatIsNotFinite() {
        var svg = heatMap(10_000, 7777).svg();
        var document = Xml.parse(svg);
        var fills = Xml.of(document, "rect").stream()
                .filter(e -> e.getAttribute("fill").equals(Ramp.colour(Ramp.LEVELS - 1)))
                .toList();
        assertThat(fills).as("the cell and the key").hasSize(2);
        assertThat(Xml.of(document, "rect").stream()
                        .filter(e -> e.getAttribute("fill").equals("url(#ek-hatch)")))
                .as("the cell and the key")
                .hasSize(2);
        assertThat(String.join(" ", Xml.texts(svg)))
                .contains("20,000 values, 560 cells (the largest value of each), 1 not finite (hatched)");
        assertThat(svg).isEqualTo(heatMap(10_000, 7777).svg());
        assertThat(Xml.texts(svg)).contains("a&b", "step", "norm");
    }

    @Test
    void heatMapMergesEqualNeighbours() {
        assertThat(heatMap(10_000, -1).svg().length()).isLessThan(12_000);
        assertThatThrownBy(() -> HeatMap.of(
                        "t", Axis.linear(""), Axis.linear(""), List.of("a"), new double[] {1, 1}, new double[][] {{1, 2}
                        }))
                .hasMessage("columns must ascend but was 1.0, 1.0");
        assertThatThrownBy(() -> HeatMap.of(
                        "t", Axis.linear(""), Axis.linear(""), List.of("a"), new double[] {1, 2}, new double[][] {{1}}))
                .hasMessage("values must be 1 rows of 2 but was 1 rows of [1]");
    }

    @Test
    void rampRisesInLightness() {
        var before = -1.0;
        for (int level = 0; level < Ramp.LEVELS; level++) {
            int rgb = Integer.parseInt(Ramp.colour(level).substring(1), 16);
            double lightness = 0.2126 * (rgb >> 16) + 0.7152 * (rgb >> 8 & 255) + 0.0722 * (rgb & 255);
            assertThat(lightness).isGreaterThan(before);
            before = lightness;
        }
        assertThat(Ramp.level(0)).isZero();
        assertThat(Ramp.level(1)).isEqualTo(Ramp.LEVELS - 1);
    }

    @Test
    void parallelCoordinatesGroupByOutcomeAndKeepDivergedRuns() {
        var figure = ParallelCoordinates.of(
                "sweep",
                List.of(Axis.log("lr"), Axis.categories("norm", List.of("pre", "peri")), Axis.linear("loss")),
                true);
        for (int i = 0; i < 6; i++) {
            figure = figure.row("run " + i, 1e-4 * (i + 1), i % 2, 2 + i);
        }
        figure = figure.row("lost <one>", 1, 0, Double.NaN);
        var svg = figure.svg();
        var document = Xml.parse(svg);
        assertThat(Xml.of(document, "path", "line", "s0"))
                .as("2 runs and the legend")
                .hasSize(3);
        assertThat(Xml.of(document, "path", "line", "s1")).hasSize(3);
        assertThat(Xml.of(document, "path", "branch")).hasSize(3);
        assertThat(Xml.of(document, "path", "line", "bad-line")).hasSize(2);
        assertThat(Xml.of(document, "circle", "hollow", "bad-line")).hasSize(1);
        assertThat(svg).contains("7 runs, 1 diverged: hollow, at the top").contains("lost &lt;one&gt;: lr 1, norm 0");
        var tooFew = figure;
        assertThatThrownBy(() -> tooFew.row("x", 1)).hasMessage("values must be 3 but was 1");
    }
}
