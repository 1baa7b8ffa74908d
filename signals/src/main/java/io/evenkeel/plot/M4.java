package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/// What is left of a long line at a given width: of every pixel column the first, the smallest, the largest and the
/// last point, so that the drawn line covers the same pixels (Jugel et al., "M4: a visualization-oriented time series
/// data aggregation", VLDB 2014). A point without a position ends a piece; no line is drawn over it.
///
/// @param pieces       indices of the drawn points, one list a piece
/// @param total        points given
/// @param drawn        points left
/// @param nan          points that are NaN
/// @param infinite     points that are infinite
/// @param notPositive  finite points that a logarithmic axis cannot show
/// @param firstMissing x of the first point that is NaN or infinite, NaN for none
record M4(
        List<List<Integer>> pieces, int total, int drawn, int nan, int infinite, int notPositive, double firstMissing) {
    /// @param column the pixel column of an x, fractional
    static M4 of(double[] x, double[] y, Scale xScale, Scale yScale, DoubleUnaryOperator column) {
        var pieces = new ArrayList<List<Integer>>();
        var piece = new ArrayList<Integer>();
        int nan = 0;
        int infinite = 0;
        int notPositive = 0;
        var firstMissing = Double.NaN;
        for (int i = 0; i < x.length; i++) {
            if (xScale.drawable(x[i]) && yScale.drawable(y[i])) {
                piece.add(i);
                continue;
            }
            if (Double.isNaN(y[i]) || Double.isNaN(x[i])) {
                nan++;
            } else if (Double.isInfinite(y[i]) || Double.isInfinite(x[i])) {
                infinite++;
            } else {
                notPositive++;
            }
            if (Double.isNaN(firstMissing) && !Double.isFinite(y[i])) {
                firstMissing = x[i];
            }
            if (!piece.isEmpty()) {
                pieces.add(piece);
                piece = new ArrayList<>();
            }
        }
        if (!piece.isEmpty()) {
            pieces.add(piece);
        }
        var reduced = pieces.stream().map(p -> reduce(p, x, y, column)).toList();
        int drawn = reduced.stream().mapToInt(List::size).sum();
        return new M4(reduced, x.length, drawn, nan, infinite, notPositive, firstMissing);
    }

    private static List<Integer> reduce(List<Integer> piece, double[] x, double[] y, DoubleUnaryOperator column) {
        for (int i = 1; i < piece.size(); i++) {
            if (x[piece.get(i)] < x[piece.get(i - 1)]) {
                return piece;
            }
        }
        var kept = new ArrayList<Integer>();
        int from = 0;
        while (from < piece.size()) {
            var pixel = Math.floor(column.applyAsDouble(x[piece.get(from)]));
            int to = from;
            int smallest = from;
            int largest = from;
            while (to + 1 < piece.size() && Math.floor(column.applyAsDouble(x[piece.get(to + 1)])) == pixel) {
                to++;
                smallest = y[piece.get(to)] < y[piece.get(smallest)] ? to : smallest;
                largest = y[piece.get(to)] > y[piece.get(largest)] ? to : largest;
            }
            int[] four = {from, Math.min(smallest, largest), Math.max(smallest, largest), to};
            for (int i = 0; i < four.length; i++) {
                if (i == 0 || four[i] != four[i - 1]) {
                    kept.add(piece.get(four[i]));
                }
            }
            from = to + 1;
        }
        return kept;
    }

    /// The sum of two, for one line about a whole figure. Pieces are not carried on.
    M4 plus(M4 other) {
        return new M4(
                List.of(),
                total + other.total,
                drawn + other.drawn,
                nan + other.nan,
                infinite + other.infinite,
                notPositive + other.notPositive,
                Double.isNaN(firstMissing) || other.firstMissing < firstMissing ? other.firstMissing : firstMissing);
    }

    static M4 none() {
        return new M4(List.of(), 0, 0, 0, 0, 0, Double.NaN);
    }

    /// What the picture does not show, such as `19,560 points, 1,980 drawn, 3 NaN`; empty when it shows everything.
    String honesty(String firstMissingLabel) {
        if (drawn == total) {
            return "";
        }
        var text = new StringBuilder(Numbers.count(total))
                .append(total == 1 ? " point, " : " points, ")
                .append(Numbers.count(drawn))
                .append(" drawn");
        if (nan > 0) {
            text.append(", ").append(Numbers.count(nan)).append(" NaN");
        }
        if (infinite > 0) {
            text.append(", ").append(Numbers.count(infinite)).append(" infinite");
        }
        if (notPositive > 0) {
            text.append(", ").append(Numbers.count(notPositive)).append(" not positive");
        }
        if (!Double.isNaN(firstMissing)) {
            text.append(", first at ").append(firstMissingLabel);
        }
        return text.toString();
    }
}
