package io.evenkeel.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class ChartTest {
    private static double[] steps(int count) {
        return IntStream.range(0, count).asDoubleStream().toArray();
    }

    @Test
    void escapesEveryTextAndStaysWellFormed() {
        var nasty = "a<b> & \"c\" 'd' \u0001 \uD800 </svg><script>x()</script>";
        var chart = Chart.titled(nasty)
                .subtitle(nasty)
                .x(Axis.linear(nasty).unit(nasty))
                .y(Axis.categories(nasty, List.of(nasty, "second")))
                .line(nasty, steps(3), new double[] {0, 1, 0})
                .points(nasty, steps(3), new double[] {0, 1, 0})
                .event(1, nasty, Chart.Tone.BAD)
                .limit(1, nasty, Chart.Tone.NOTE)
                .note(nasty);
        var svg = chart.svg();
        assertThat(svg).doesNotContain("<script").doesNotContain("\u0001");
        assertThat(Xml.parse(svg).getDocumentElement().getAttribute("role")).isEqualTo("img");
        assertThat(Xml.texts(svg)).anyMatch(text -> text.startsWith("a<b> & \"c\" 'd' \uFFFD \uFFFD"));
    }

    @Test
    void isSelfContainedAndTheSameEveryTime() {
        var chart = Chart.titled("t").line("loss", steps(9), steps(9)).band("loss", steps(9), steps(9), steps(9));
        assertThat(chart.svg()).isEqualTo(chart.svg()).doesNotContain("href").doesNotContain("url(http");
        assertThat(chart.svg()).contains("prefers-color-scheme:dark").contains("--ek-0:");
        assertThat(chart.inlineSvg()).doesNotContain("<style").startsWith("<svg");
        assertThat(chart.svg().replace("<style>\n" + PlotStyle.CSS + "</style>\n", ""))
                .isEqualTo(chart.inlineSvg());
    }

    @Test
    void sharesOneLookBetweenABandAndALineOfOneNameAndTellsOthersApartByDash() {
        var document = Xml.parse(Chart.titled("t")
                .band("a", steps(3), steps(3), steps(3))
                .line("a", steps(3), steps(3))
                .line("b", steps(3), steps(3))
                .svg());
        assertThat(Xml.of(document, "path", "band", "f0")).hasSize(1);
        assertThat(Xml.of(document, "path", "line", "s0")).hasSize(2);
        assertThat(Xml.of(document, "path", "line", "s1")).hasSize(2);
        assertThat(PlotStyle.CSS).contains(".line.s1{stroke-linecap:butt;stroke-dasharray:");
        assertThat(Xml.texts(Chart.titled("t").line("a", steps(3), steps(3)).svg()))
                .contains("a");
    }

    @Test
    void leavesAGapAtANaNAndSaysHowMuchIsNotDrawn() {
        int count = 19_560;
        var random = RandomStream.of(1, "plot");
        var y = IntStream.range(0, count)
                .mapToDouble(i -> random.nextGaussian())
                .toArray();
        y[812] = Double.NaN;
        y[813] = Double.NaN;
        y[15_000] = Double.NaN;
        var svg = Chart.titled("t").line("loss", steps(count), y).svg();
        var line = Xml.of(Xml.parse(svg), "path", "line", "s0").getLast().getAttribute("d");
        assertThat(line.chars().filter(c -> c == 'M').count()).isEqualTo(3);
        assertThat(svg).containsPattern("19,560 points, [12],\\d{3} drawn, 3 NaN, first at 812<");
        assertThat(svg.length()).isLessThan(60_000);
        assertThat(Chart.titled("t").line("loss", steps(5), steps(5)).svg()).doesNotContain("drawn");
    }

    @Test
    void countsWhatALogarithmicAxisCannotShow() {
        var svg = Chart.titled("t")
                .y(Axis.log("loss"))
                .line("a", steps(5), new double[] {1, -1, 0, Double.POSITIVE_INFINITY, 10})
                .svg();
        assertThat(svg).contains("5 points, 2 drawn, 1 infinite, 2 not positive, first at 3");
        assertThat(Xml.of(Xml.parse(svg), "circle", "f0"))
                .as("two lonely points")
                .hasSize(2);
    }

    @Test
    void countsRawValuesOnceWhenASmoothedLineLiesOverThem() {
        var svg = Chart.titled("t")
                .faintLine("loss", steps(5000), steps(5000))
                .line("loss", steps(5000), steps(5000))
                .svg();
        assertThat(svg).contains("5,000 points, ");
    }

    @Test
    void putsDivergedPointsHollowAtTheTop() {
        var svg = Chart.titled("t")
                .y(Axis.linear("loss").range(0, 4))
                .points("a", steps(5), new double[] {1, Double.NaN, Double.POSITIVE_INFINITY, 9, -3})
                .svg();
        var document = Xml.parse(svg);
        var hollow = Xml.of(document, "circle", "hollow", "s0");
        assertThat(hollow).hasSize(3);
        var top = Double.parseDouble(hollow.getFirst().getAttribute("cy"));
        var solid = Xml.of(document, "circle", "f0").getLast();
        assertThat(hollow).allMatch(e -> Double.parseDouble(e.getAttribute("cy")) == top);
        assertThat(top).isLessThan(Double.parseDouble(solid.getAttribute("cy")));
        assertThat(svg)
                .contains("3 points diverged or above the axis: hollow, at the top")
                .contains("1 point outside");
    }

    @Test
    void drawsBarsFromZeroSideBySide() {
        var document = Xml.parse(Chart.titled("t")
                .x(Axis.categories("fault", List.of("crash", "hang")))
                .bars("off", steps(2), new double[] {4, Double.NaN})
                .bars("on", steps(2), new double[] {-2, 2}, new double[] {-3, 1}, new double[] {-1, 3})
                .svg());
        var off = Xml.of(document, "rect", "bar", "f0").getLast();
        var on = Xml.of(document, "rect", "bar", "f1").subList(1, 3);
        double zero = number(off, "y") + number(off, "height");
        assertThat(number(on.getFirst(), "y")).isCloseTo(zero, within(0.011));
        assertThat(number(on.getLast(), "y") + number(on.getLast(), "height")).isCloseTo(zero, within(0.011));
        assertThat(number(off, "x") + number(off, "width")).isLessThan(number(on.getFirst(), "x"));
        assertThat(number(off, "height")).isCloseTo(2 * number(on.getLast(), "height"), within(0.03));
        assertThat(Xml.of(document, "path", "whisker")).hasSize(2);
        assertThat(Xml.of(document, "circle", "hollow")).hasSize(1);
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    @Test
    void staggersLabelsOfEventsAndCountsThoseWithoutRoom() {
        var chart = Chart.titled("t").line("loss", steps(1000), steps(1000));
        for (int i = 0; i < 5; i++) {
            chart = chart.event(500 + i, "event " + i, Chart.Tone.WATCH);
        }
        chart = chart.event(5000, "far away", Chart.Tone.BAD);
        var svg = chart.svg();
        var labels = Xml.of(Xml.parse(svg), "text", "watch");
        assertThat(labels.stream().map(e -> e.getAttribute("y")).distinct()).hasSize(3);
        assertThat(Xml.of(Xml.parse(svg), "path", "mark", "watch-line")).hasSize(5);
        assertThat(svg).contains("3 event labels left out").contains("<title>event 4 at 504</title>");
    }

    @Test
    void drawsWithoutDataToo() {
        var svg = Chart.titled("empty").x(Axis.log("x")).y(Axis.log("y")).svg();
        assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
        Xml.parse(svg);
        var same = Chart.titled("same")
                .line("a", new double[] {5, 5}, new double[] {2, 2})
                .svg();
        assertThat(same).doesNotContain("NaN");
        var allLost = Chart.titled("t")
                .line("a", steps(2), new double[] {Double.NaN, Double.NaN})
                .svg();
        assertThat(allLost).contains("2 points, 0 drawn, 2 NaN, first at 0");
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatThrownBy(() -> Chart.titled("t").line("a", steps(3), steps(2)))
                .hasMessage("y must have 3 values like x but had 2");
        assertThatThrownBy(() -> Chart.titled("t").size(10, 100)).hasMessage("width must be >= 200 but was 10.0");
        assertThatThrownBy(() -> Axis.linear("x").range(2, 1)).hasMessage("high must be > 2.0 but was 1.0");
        assertThatThrownBy(() -> Axis.log("x").from(0)).hasMessageStartingWith("low must be > 0");
    }

    @Test
    void doesNotSeeLaterChangesOfItsData() {
        var y = steps(4);
        var chart = Chart.titled("t").line("a", steps(4), y);
        var before = chart.svg();
        Arrays.fill(y, 7);
        assertThat(chart.svg()).isEqualTo(before);
    }
}
