package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Vertical marks with their labels in rows above the picture. A label that finds no room in any row is left out and
/// counted; its mark stays, and tells the label as a tooltip.
final class MarkRows {
    private final List<Placed> placed = new ArrayList<>();
    private final int rows;
    private final int hidden;

    private record Placed(Chart.Mark mark, double x, int row, boolean end, boolean wide, boolean narrow) {}

    MarkRows(List<Chart.Mark> marks, Scale scale, double left, double right, int mostRows) {
        var wideUntil = new double[mostRows];
        var narrowUntil = new double[mostRows];
        Arrays.fill(wideUntil, Double.NEGATIVE_INFINITY);
        Arrays.fill(narrowUntil, Double.NEGATIVE_INFINITY);
        int used = 0;
        int left0 = 0;
        for (var mark :
                marks.stream().sorted(Comparator.comparingDouble(Chart.Mark::x)).toList()) {
            if (!scale.drawable(mark.x()) || scale.at(mark.x()) < 0 || scale.at(mark.x()) > 1) {
                left0++;
                continue;
            }
            double x = left + scale.at(mark.x()) * (right - left);
            double wide = Labels.width(mark.label(), Frame.FONT) + 10;
            double narrow = Labels.width(mark.label(), Frame.NARROW_FONT) + 10;
            var end = x + narrow > right;
            int row = 0;
            while (row < mostRows && (end ? x - wide : x) < wideUntil[row]) {
                row++;
            }
            if (row == mostRows) {
                left0++;
                placed.add(new Placed(mark, x, 0, end, false, false));
                continue;
            }
            var fits = (end ? x - narrow : x) >= narrowUntil[row];
            wideUntil[row] = end ? x : x + wide;
            if (fits) {
                narrowUntil[row] = end ? x : x + narrow;
            }
            placed.add(new Placed(mark, x, row, end, true, fits));
            used = Math.max(used, row + 1);
        }
        rows = used;
        hidden = left0;
    }

    double height() {
        return rows * Frame.LINE;
    }

    int hidden() {
        return hidden;
    }

    void draw(Svg svg, double top, double bottom) {
        for (var one : placed) {
            var tone = one.mark().tone().css();
            double from = one.wide() ? top - (rows - one.row()) * Frame.LINE + 4 : top;
            var hint = one.mark().label() + " at " + Numbers.value(one.mark().x());
            svg.path("mark " + tone + "-line", Svg.down(one.x(), from, bottom), hint);
            if (one.wide()) {
                double at = one.x() + (one.end() ? -5 : 5);
                var css = "halo " + tone + (one.narrow() ? "" : " wide-only");
                svg.label(one.mark().label(), at, from + 13, one.end() ? "end" : "start", css);
            }
        }
    }
}
