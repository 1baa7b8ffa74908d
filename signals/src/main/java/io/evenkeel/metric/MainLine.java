package io.evenkeel.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;

/// Resolves the points of a series: for a step the highest incarnation wins.
final class MainLine {
    private MainLine() {}

    /// @param incarnations points by incarnation
    /// @param rewinds      the step that each incarnation went back to, those without a point of the series
    /// included
    static SeriesData of(String name, NavigableMap<Integer, PointBuffer> incarnations, Map<Integer, Long> rewinds) {
        var kept = new int[incarnations.size()];
        var buffers = new ArrayList<>(incarnations.values());
        var numbers = new ArrayList<>(incarnations.keySet());
        for (var i = 0; i < kept.length; i++) {
            kept[i] = buffers.get(i).upTo(limit(numbers.get(i), incarnations, rewinds));
        }
        var size = Arrays.stream(kept).sum();
        var steps = new long[size];
        var values = new double[size];
        var walls = new double[size];
        var branches = new ArrayList<SeriesData.Branch>();
        var at = 0;
        for (var i = 0; i < kept.length; i++) {
            var points = buffers.get(i);
            for (var j = 0; j < kept[i]; j++, at++) {
                steps[at] = points.step(j);
                values[at] = points.value(j);
                walls[at] = points.wall(j);
            }
            if (kept[i] < points.size()) {
                branches.add(new SeriesData.Branch(
                        numbers.get(i), points.steps(kept[i], points.size()), points.values(kept[i], points.size())));
            }
        }
        return new SeriesData(name, steps, values, walls, branches);
    }

    /// The last step at which the points of an incarnation stand: later incarnations went back to it, or measured
    /// it
    /// again.
    private static long limit(
            int incarnation, NavigableMap<Integer, PointBuffer> incarnations, Map<Integer, Long> rewinds) {
        var limit = Long.MAX_VALUE;
        for (var later : rewinds.entrySet()) {
            if (later.getKey() > incarnation) {
                limit = Math.min(limit, later.getValue());
                var points = incarnations.get(later.getKey());
                if (points != null && points.size() > 0) {
                    limit = Math.min(limit, points.step(0) - 1);
                }
            }
        }
        return limit;
    }
}
