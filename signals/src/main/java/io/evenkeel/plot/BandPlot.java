package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.List;

/// The area between two curves, as one outline a piece. Where points are dense, of every pixel column the widest
/// extent.
final class BandPlot {
    private BandPlot() {}

    static void draw(Svg svg, Series.Band band, Plane plane, int look) {
        var path = new StringBuilder();
        int i = 0;
        while (i < band.x().length) {
            if (!whole(band, i, plane)) {
                i++;
                continue;
            }
            var columns = new ArrayList<double[]>();
            for (; i < band.x().length && whole(band, i, plane); i++) {
                add(columns, plane.px(band.x()[i]), plane.near(band.y()[i]), plane.near(band.high()[i]));
            }
            outline(path, columns);
        }
        if (!path.isEmpty()) {
            svg.path("band f" + look, path.toString(), "");
        }
    }

    private static boolean whole(Series.Band band, int i, Plane plane) {
        return plane.x().drawable(band.x()[i])
                && plane.y().drawable(band.y()[i])
                && plane.y().drawable(band.high()[i]);
    }

    private static void add(List<double[]> columns, double x, double low, double high) {
        if (!columns.isEmpty() && Math.floor(columns.getLast()[0]) == Math.floor(x)) {
            var last = columns.getLast();
            last[1] = Math.max(last[1], low);
            last[2] = Math.min(last[2], high);
        } else {
            columns.add(new double[] {x, low, high});
        }
    }

    private static void outline(StringBuilder path, List<double[]> columns) {
        for (int i = 0; i < columns.size(); i++) {
            path.append(i == 0 ? "M" : "L").append(Svg.point(columns.get(i)[0], columns.get(i)[2]));
        }
        for (var column : columns.reversed()) {
            path.append("L").append(Svg.point(column[0], column[1]));
        }
        path.append('Z');
    }
}
