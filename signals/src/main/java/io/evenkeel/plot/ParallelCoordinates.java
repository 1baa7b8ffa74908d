package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Runs as lines across axes that stand side by side: one axis a setting, the last one the outcome.
///
/// The best and the worst third of the outcomes differ in colour, width and dash; a run whose outcome is not finite
/// ends hollow at the top of the last axis.
public final class ParallelCoordinates implements Figure {
    private static final double HEIGHT = 250;

    private final String title;
    private final String subtitle;
    private final List<Axis> axes;
    private final boolean smallIsBest;
    private final List<Row> rows;

    private record Row(String name, double[] values) {}

    private enum Group {
        BEST("best third", "line s0"),
        MIDDLE("middle third", "branch"),
        WORST("worst third", "line s1"),
        DIVERGED("diverged", "line bad-line");

        private final String label;
        private final String css;

        Group(String label, String css) {
            this.label = label;
            this.css = css;
        }
    }

    private ParallelCoordinates(String title, String subtitle, List<Axis> axes, boolean smallIsBest, List<Row> rows) {
        this.title = title;
        this.subtitle = subtitle;
        this.axes = List.copyOf(axes);
        this.smallIsBest = smallIsBest;
        this.rows = List.copyOf(rows);
    }

    /// A figure without runs.
    ///
    /// @param axes        at least two; the last one is the outcome
    /// @param smallIsBest whether a small outcome is a good one
    public static ParallelCoordinates of(String title, List<Axis> axes, boolean smallIsBest) {
        if (axes.size() < 2) {
            throw new IllegalArgumentException("axes must be at least 2 but was " + axes.size());
        }
        return new ParallelCoordinates(title, "", axes, smallIsBest, List.of());
    }

    /// A line under the title.
    public ParallelCoordinates subtitle(String text) {
        return new ParallelCoordinates(title, text, axes, smallIsBest, rows);
    }

    /// One more run.
    ///
    /// @param values one for each axis; a setting that is not finite leaves a gap
    public ParallelCoordinates row(String name, double... values) {
        if (values.length != axes.size()) {
            throw new IllegalArgumentException("values must be " + axes.size() + " but was " + values.length);
        }
        var more = new ArrayList<>(rows);
        more.add(new Row(name, values.clone()));
        return new ParallelCoordinates(title, subtitle, axes, smallIsBest, more);
    }

    @Override
    public String render(boolean ownStyle) {
        var svg = new Svg();
        double width = 640;
        var scales = IntStream.range(0, axes.size()).mapToObj(this::scale).toList();
        var groups = groups();
        var present = Arrays.stream(Group.values()).filter(groups::contains).toList();
        int diverged = (int) groups.stream().filter(g -> g == Group.DIVERGED).count();
        var notes = new ArrayList<String>();
        notes.add(Numbers.count(rows.size())
                + (rows.size() == 1 ? " run" : " runs")
                + (diverged > 0 ? ", " + Numbers.count(diverged) + " diverged: hollow, at the top" : ""));
        var legend = legend(present);
        var frame = Frame.open(
                svg,
                ownStyle,
                width,
                legend.size() * Frame.LINE + 40 + HEIGHT + 14,
                title,
                subtitle,
                rows.size() + " runs over "
                        + String.join(", ", axes.stream().map(Axis::label).toList()),
                notes);
        drawLegend(svg, legend, frame.top());
        double top = frame.top() + legend.size() * Frame.LINE + 40;
        double right = width - Frame.PAD - 62;
        for (var group : List.of(Group.MIDDLE, Group.WORST, Group.DIVERGED, Group.BEST)) {
            for (int i = 0; i < rows.size(); i++) {
                if (groups.get(i) == group) {
                    row(svg, rows.get(i), group, scales, right, top);
                }
            }
        }
        for (int a = 0; a < axes.size(); a++) {
            axis(svg, axes.get(a), scales.get(a), at(a, right), a, top);
        }
        return frame.close(svg);
    }

    private Scale scale(int a) {
        var log = axes.get(a).kind() == Axis.Kind.LOG;
        var extent = rows.stream()
                .mapToDouble(row -> row.values()[a])
                .filter(v -> Double.isFinite(v) && (!log || v > 0))
                .summaryStatistics();
        var none = extent.getCount() == 0;
        return new Scale(
                axes.get(a), none ? Double.NaN : extent.getMin(), none ? Double.NaN : extent.getMax(), true, 4);
    }

    private double at(int axis, double right) {
        return Frame.PAD + 10 + axis * (right - Frame.PAD - 10) / (axes.size() - 1);
    }

    private List<Group> groups() {
        int outcome = axes.size() - 1;
        var finite = rows.stream()
                .mapToDouble(row -> smallIsBest ? row.values()[outcome] : -row.values()[outcome])
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        return rows.stream()
                .map(row -> {
                    double value = smallIsBest ? row.values()[outcome] : -row.values()[outcome];
                    if (!Double.isFinite(value)) {
                        return Group.DIVERGED;
                    }
                    int rank = Arrays.binarySearch(finite, value);
                    return 3 * rank < finite.length
                            ? Group.BEST
                            : 3 * rank < 2 * finite.length ? Group.MIDDLE : Group.WORST;
                })
                .toList();
    }

    private List<List<Group>> legend(List<Group> present) {
        var lines = new ArrayList<List<Group>>();
        for (int i = 0; i < present.size(); i += 3) {
            lines.add(present.subList(i, Math.min(i + 3, present.size())));
        }
        return lines;
    }

    private void drawLegend(Svg svg, List<List<Group>> lines, double top) {
        for (int i = 0; i < lines.size(); i++) {
            for (int k = 0; k < lines.get(i).size(); k++) {
                double x = Frame.PAD + k * 200;
                double y = top + i * Frame.LINE + 15;
                var group = lines.get(i).get(k);
                svg.path(group.css, Svg.across(x, x + 28, y - 5), "");
                svg.label(group.label, x + 36, y, "start", "");
            }
        }
    }

    private void row(Svg svg, Row row, Group group, List<Scale> scales, double right, double top) {
        var path = new StringBuilder();
        var open = false;
        for (int a = 0; a < axes.size(); a++) {
            double value = row.values()[a];
            var lost = a == axes.size() - 1 && !Double.isFinite(value);
            if (!lost && !scales.get(a).drawable(value)) {
                open = false;
                continue;
            }
            double y = lost ? top : top + HEIGHT * (1 - Math.clamp(scales.get(a).at(value), 0, 1));
            path.append(open ? "L" : "M").append(Svg.point(at(a, right), y));
            open = true;
        }
        var values = new StringBuilder(row.name());
        for (int a = 0; a < axes.size(); a++) {
            values.append(a == 0 ? ": " : ", ")
                    .append(axes.get(a).label())
                    .append(' ')
                    .append(Numbers.value(row.values()[a]));
        }
        svg.path(group.css, path.toString(), values.toString());
        if (group == Group.DIVERGED) {
            svg.circle("hollow bad-line", at(axes.size() - 1, right), top, 4.5, values.toString());
        }
    }

    private void axis(Svg svg, Axis axis, Scale scale, double x, int index, double top) {
        svg.path("axis", Svg.down(x, top, top + HEIGHT), "");
        var last = index == axes.size() - 1;
        var anchor = last ? "end" : index == 0 ? "start" : "middle";
        double at = last ? x + 62 : index == 0 ? x - 10 : x;
        // On a narrow screen every second name stands one line higher, so that long ones do not meet.
        svg.label(axis.caption(), at, top - 12, anchor, "wide-only");
        svg.label(axis.caption(), at, index % 2 == 0 ? top - 12 : top - 31, anchor, "narrow-only");
        var ticks = scale.ticks(4);
        for (int i = 0; i < ticks.size(); i++) {
            double y = top + HEIGHT * (1 - scale.at(ticks.get(i).value()));
            var edge = i == 0 || i == ticks.size() - 1;
            svg.path("axis", Svg.across(x, x + 4, y), "");
            svg.label(ticks.get(i).label(), x + 7, y + 4.5, "start", edge ? "muted halo" : "muted halo wide-only");
        }
    }
}
