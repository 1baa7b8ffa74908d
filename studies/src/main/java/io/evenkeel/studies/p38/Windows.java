package io.evenkeel.studies.p38;

import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;

/// Square windows of a square of tokens, and what may be attended to in them.
///
/// S side of the square, W side of a window, D width.
final class Windows {
    private static final double MASKED = -100;

    private Windows() {}

    /// `[B, S, S, D]` to the windows side by side, `[B (S / W)^2, W^2, D]`.
    static Tensor partition(Tensor x, long window) {
        long b = x.size(0);
        long n = x.size(1) / window;
        long d = x.size(3);
        return x.reshape(b, n, window, n, window, d)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(b * n * n, window * window, d);
    }

    /// The other way round.
    static Tensor reverse(Tensor windows, long window, long side) {
        long n = side / window;
        long d = windows.size(2);
        return windows.reshape(windows.size(0) / (n * n), n, n, window, window, d)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(windows.size(0) / (n * n), side, side, d);
    }

    /// After a cyclic shift, tokens of different corners of the square meet in a window: -100 between them, 0 else,
    /// `[(S / W)^2, W^2, W^2]`.
    static Tensor shiftMask(int side, int window, int shift) {
        var region = new float[side * side];
        for (var row = 0; row < side; row++) {
            for (var column = 0; column < side; column++) {
                region[row * side + column] = 3 * band(row, side, window, shift) + band(column, side, window, shift);
            }
        }
        var of = partition(Tensors.of(region, 1, side, side, 1), window).squeeze(-1); // [n, W^2]
        var differs = of.unsqueeze(1).ne(of.unsqueeze(2));
        return Tensors.zeros(differs.shape()).maskedFill(differs, MASKED);
    }

    private static int band(int at, int side, int window, int shift) {
        return at < side - window ? 0 : at < side - shift ? 1 : 2;
    }

    /// Where the offset between each pair of places in a window stands in a table of all offsets, `W^2 x W^2`.
    static long[] offsets(int window) {
        var places = window * window;
        var index = new long[places * places];
        for (var i = 0; i < places; i++) {
            for (var j = 0; j < places; j++) {
                var dy = i / window - j / window + window - 1;
                var dx = i % window - j % window + window - 1;
                index[i * places + j] = (long) dy * (2 * window - 1) + dx;
            }
        }
        return index;
    }
}
