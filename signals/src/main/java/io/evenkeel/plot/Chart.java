package io.evenkeel.plot;

import io.evenkeel.plot.Series.Style;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lines, bands, points and bars over two axes, with marks for events.
///
/// A chart is a value: every method returns a new one.
///
/// ```java
/// String svg = Chart.titled("Validation loss")
///         .x(Axis.linear("step"))
///         .y(Axis.log("loss").unit("nats"))
///         .band("AdamW", steps, low, high)
///         .line("AdamW", steps, median)
///         .event(9187, "spike", Chart.Tone.BAD)
///         .svg();
/// ```
///
/// Long lines are reduced without losing a spike (`M4`); a NaN is a gap. What a picture does not show is said in the
/// note below it: `19,560 points, 1,980 drawn, 3 NaN, first at 812`.
public final class Chart implements Figure {
    private final String title;
    private final String subtitle;
    private final Axis x;
    private final Axis y;
    private final double width;
    private final double plotHeight;
    private final List<Series> series;
    private final List<Mark> marks;
    private final List<Limit> limits;
    private final List<String> notes;

    /// What a mark or limit means for the run.
    public enum Tone {
        /// Neither good nor bad.
        NOTE("note"),
        /// To be looked at.
        WATCH("watch"),
        /// Trouble.
        BAD("bad"),
        /// A recovery that held.
        GOOD("good");

        private final String css;

        Tone(String css) {
            this.css = css;
        }

        String css() {
            return css;
        }
    }

    /// A vertical line where something happened.
    record Mark(double x, String label, Tone tone) {}

    /// A horizontal line at a value that matters.
    record Limit(double y, String label, Tone tone) {}

    private Chart(
            String title,
            String subtitle,
            Axis x,
            Axis y,
            double width,
            double plotHeight,
            List<Series> series,
            List<Mark> marks,
            List<Limit> limits,
            List<String> notes) {
        this.title = title;
        this.subtitle = subtitle;
        this.x = x;
        this.y = y;
        this.width = width;
        this.plotHeight = plotHeight;
        this.series = List.copyOf(series);
        this.marks = List.copyOf(marks);
        this.limits = List.copyOf(limits);
        this.notes = List.copyOf(notes);
    }

    /// A chart without data, with linear axes.
    public static Chart titled(String title) {
        return new Chart(
                title, "", Axis.linear(""), Axis.linear(""), 640, 260, List.of(), List.of(), List.of(), List.of());
    }

    /// A line under the title.
    public Chart subtitle(String text) {
        return new Chart(title, text, x, y, width, plotHeight, series, marks, limits, notes);
    }

    /// The horizontal axis.
    public Chart x(Axis axis) {
        return new Chart(title, subtitle, axis, y, width, plotHeight, series, marks, limits, notes);
    }

    /// The vertical axis.
    public Chart y(Axis axis) {
        return new Chart(title, subtitle, x, axis, width, plotHeight, series, marks, limits, notes);
    }

    /// Another size: units from edge to edge, and the height of the area between the axes.
    public Chart size(double width, double plotHeight) {
        if (!(width >= 200)) {
            throw new IllegalArgumentException("width must be >= 200 but was " + width);
        }
        if (!(plotHeight >= 40)) {
            throw new IllegalArgumentException("plotHeight must be >= 40 but was " + plotHeight);
        }
        return new Chart(title, subtitle, x, y, width, plotHeight, series, marks, limits, notes);
    }

    /// A line from point to point; a NaN is a gap.
    public Chart line(String name, double[] x, double[] y) {
        return with(new Series.Line(name, copy(x), same(x, y), Style.NORMAL));
    }

    /// A thin light line in the look of the series: raw values behind a smoothed line.
    public Chart faintLine(String name, double[] x, double[] y) {
        return with(new Series.Line(name, copy(x), same(x, y), Style.FAINT));
    }

    /// A grey line: steps that a rollback has superseded.
    public Chart branch(String name, double[] x, double[] y) {
        return with(new Series.Line(name, copy(x), same(x, y), Style.BRANCH));
    }

    /// The area from `low` to `high`.
    public Chart band(String name, double[] x, double[] low, double[] high) {
        return with(new Series.Band(name, copy(x), same(x, low), same(x, high)));
    }

    /// Points. One that is not finite, or above the axis, stands hollow at the top: it diverged.
    public Chart points(String name, double[] x, double[] y) {
        return with(new Series.Points(name, copy(x), same(x, y), null, null));
    }

    /// Points with an interval each.
    public Chart points(String name, double[] x, double[] y, double[] low, double[] high) {
        return with(new Series.Points(name, copy(x), same(x, y), same(x, low), same(x, high)));
    }

    /// Bars from zero.
    public Chart bars(String name, double[] x, double[] y) {
        return with(new Series.Bars(name, copy(x), same(x, y), null, null));
    }

    /// Bars from zero with an interval each.
    public Chart bars(String name, double[] x, double[] y, double[] low, double[] high) {
        return with(new Series.Bars(name, copy(x), same(x, y), same(x, low), same(x, high)));
    }

    /// A vertical line where something happened.
    public Chart event(double x, String label, Tone tone) {
        return new Chart(
                title,
                subtitle,
                this.x,
                y,
                width,
                plotHeight,
                series,
                plus(marks, new Mark(x, label, tone)),
                limits,
                notes);
    }

    /// A horizontal line at a value that matters, such as a threshold.
    public Chart limit(double y, String label, Tone tone) {
        return new Chart(
                title,
                subtitle,
                x,
                this.y,
                width,
                plotHeight,
                series,
                marks,
                plus(limits, new Limit(y, label, tone)),
                notes);
    }

    /// A line of text under the picture.
    public Chart note(String text) {
        return new Chart(title, subtitle, x, y, width, plotHeight, series, marks, limits, plus(notes, text));
    }

    private Chart with(Series more) {
        return new Chart(title, subtitle, x, y, width, plotHeight, plus(series, more), marks, limits, notes);
    }

    private static <T> List<T> plus(Collection<T> list, T more) {
        var longer = new ArrayList<T>(list);
        longer.add(more);
        return longer;
    }

    private static double[] copy(double[] values) {
        return values.clone();
    }

    private static double[] same(double[] x, double @Nullable [] values) {
        if (values == null || values.length != x.length) {
            throw new IllegalArgumentException(
                    "y must have " + x.length + " values like x but had " + (values == null ? 0 : values.length));
        }
        return values.clone();
    }

    String title() {
        return title;
    }

    String subtitle() {
        return subtitle;
    }

    Axis x() {
        return x;
    }

    Axis y() {
        return y;
    }

    double width() {
        return width;
    }

    double plotHeight() {
        return plotHeight;
    }

    List<Series> series() {
        return series;
    }

    List<Mark> marks() {
        return marks;
    }

    List<Limit> limits() {
        return limits;
    }

    List<String> notes() {
        return notes;
    }

    @Override
    public String render(boolean ownStyle) {
        return new ChartPlot(this).render(ownStyle);
    }
}
