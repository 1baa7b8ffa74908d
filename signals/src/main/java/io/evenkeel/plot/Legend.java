package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which look each series of a chart has, and the rows that explain it.
final class Legend {
    private static final double SAMPLE = 28;
    private final Map<String, Integer> looks = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final double rows;

    private record Entry(String name, List<Series> series, double x, double row) {}

    Legend(List<Series> series, double width) {
        var byName = new LinkedHashMap<String, List<Series>>();
        for (var one : series) {
            byName.computeIfAbsent(one.name(), name -> new ArrayList<>()).add(one);
        }
        byName.forEach((name, same) -> {
            if (!same.stream().allMatch(Legend::grey)) {
                looks.put(name, looks.size() % PlotStyle.LOOKS);
            }
        });
        var shown = byName.size() == 1 && byName.containsKey("") ? 0 : byName.size();
        double x = Frame.PAD;
        double row = 0;
        if (shown > 0) {
            for (var one : byName.entrySet()) {
                double room = SAMPLE + 8 + Labels.width(one.getKey(), Frame.NARROW_FONT);
                if (x > Frame.PAD && x + room > width - Frame.PAD) {
                    x = Frame.PAD;
                    row++;
                }
                entries.add(new Entry(one.getKey(), one.getValue(), x, row));
                x += room + 14;
            }
        }
        rows = entries.isEmpty() ? 0 : row + 1;
    }

    private static boolean grey(Series series) {
        return series instanceof Series.Line line && line.style() == Series.Style.BRANCH;
    }

    /// The look of a series: the number in the classes `s0`, `f0` ...
    int look(String name) {
        return looks.getOrDefault(name, 0);
    }

    double height() {
        return rows == 0 ? 0 : rows * Frame.LINE + 6;
    }

    void draw(Svg svg, double top) {
        for (var entry : entries) {
            double y = top + entry.row() * Frame.LINE + 15;
            double middle = y - 5;
            int look = look(entry.name());
            for (var series : entry.series()) {
                switch (series) {
                    case Series.Band _ -> svg.rect("band f" + look, entry.x(), middle - 7, SAMPLE, 14, "");
                    case Series.Bars _ -> svg.rect("bar f" + look, entry.x() + 7, middle - 7, 14, 14, "");
                    case Series.Points _ -> Marker.draw(svg, look, entry.x() + SAMPLE / 2, middle, true, "");
                    case Series.Line line ->
                        svg.path(lineClass(line.style(), look), Svg.across(entry.x(), entry.x() + SAMPLE, middle), "");
                }
            }
            svg.label(entry.name(), entry.x() + SAMPLE + 8, y, "start", "");
        }
    }

    static String lineClass(Series.Style style, int look) {
        return switch (style) {
            case NORMAL -> "line s" + look;
            case FAINT -> "line faint s" + look;
            case BRANCH -> "branch";
        };
    }
}
