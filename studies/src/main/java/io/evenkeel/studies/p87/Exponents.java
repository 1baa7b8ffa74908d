package io.evenkeel.studies.p87;

import io.evenkeel.nn.MambaBlock;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.StateMap;
import io.evenkeel.probe.LyapunovExponents;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.statistic.LeastSquares;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/// How perturbations of states grow: of random Mamba blocks, exactly and as measured, and of recurrences that are not of that kind.
final class Exponents {
    private static final int WIDTH = 32;
    private static final int STATES = 16;
    private static final double EPS = 1e-2;
    /// Differences below this share of the state are rounding.
    private static final double ROUNDING = 1e-12;
    private static final int RECURRENT = 64;
    private static final double RADIUS = 1.2;

    private Exponents() {}

    /// Measures over blocks `largest` and `smallest`, of their exponents; `misfit`, the greatest share by which a channel's measured decay
    /// is off the mean of its log factors, a median over channels of each block; `norm_misfit`, likewise of the norm of all channels at the
    /// end of where it is above rounding; `unstable`, the least exponent with the sign of A turned; `input_gain`, the mean of how much an
    /// output moves, at most, over how much the first input was moved; and `rnn` and `lstm`, the exponents of one of each.
    static Measurements run(int blocks, int length, RandomStreams streams) {
        var largest = Double.NEGATIVE_INFINITY;
        var smallest = Double.POSITIVE_INFINITY;
        var misfit = 0.0;
        var normMisfit = 0.0;
        var unstable = Double.POSITIVE_INFINITY;
        var gain = 0.0;
        for (var i = 0; i < blocks; i++) {
            var block = new MambaBlock(WIDTH, STATES, 16, Precision.FP32);
            try (var _ = Parameters.materialize(block, streams.stream("block " + i));
                    var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                var h = Tensors.randn(streams.stream("input " + i), 1, length, WIDTH);
                var steps = block.selection(h).steps();
                var log = steps.logFactors().flatten(2, 3).select(0, 0).to(DType.FLOAT64); // [T, DN]
                var exponent = LyapunovExponents.largestOfDiagonal(log);
                largest = Math.max(largest, exponent);
                smallest = Math.min(smallest, exponent);
                unstable = Math.min(unstable, LyapunovExponents.largestOfDiagonal(log.neg()));
                var fits = fits(log, steps.inputs().flatten(2, 3).select(0, 0).to(DType.FLOAT64));
                misfit = Math.max(misfit, fits[0]);
                normMisfit = Math.max(normMisfit, fits[1]);
                var moved = h.copy();
                moved.narrow(1, 0, 1).add_(EPS / Math.sqrt(WIDTH));
                gain += block.forward(moved).sub(block.forward(h)).norm(false, -1).amax().item() / EPS / blocks;
            }
        }
        return new Measurements()
                .put("largest", largest)
                .put("smallest", smallest)
                .put("misfit", misfit)
                .put("norm_misfit", normMisfit)
                .put("unstable", unstable)
                .put("input_gain", gain)
                .put("rnn", LyapunovExponents.of(new Recurrence(false, length, streams), 1, length / 4)[0])
                .put("lstm", LyapunovExponents.of(new Recurrence(true, length, streams), 1, length / 4)[0]);
    }

    /// The median misfit of channels, and that of the norm.
    private static double[] fits(Tensor log, Tensor inputs) {
        int length = (int) log.size(0);
        var channels = (int) log.size(1);
        var logs = log.toDoubles();
        var u = inputs.toDoubles();
        var misfits = new ArrayList<Double>();
        var squares = 0.0;
        var predicted = 0.0;
        for (var c = 0; c < channels; c++) {
            var s = 0.0;
            var other = EPS;
            var sum = 0.0;
            var times = new ArrayList<Double>();
            var sizes = new ArrayList<Double>();
            for (var t = 0; t < length; t++) {
                var factor = Math.exp(logs[t * channels + c]);
                s = factor * s + u[t * channels + c];
                other = factor * other + u[t * channels + c];
                sum += logs[t * channels + c];
                var apart = Math.abs(other - s);
                if (apart <= ROUNDING * Math.max(Math.abs(s), EPS)) {
                    break;
                }
                times.add((double) t);
                sizes.add(Math.log(apart));
                if (t == 15) {
                    squares += apart * apart;
                    predicted += EPS * EPS * Math.exp(2 * sum);
                }
            }
            if (times.size() >= 8) {
                var slope = LeastSquares.of(array(times), array(sizes)).slope();
                var theory = new double[times.size()];
                var cumulated = 0.0;
                for (var t = 0; t < theory.length; t++) {
                    cumulated += logs[t * channels + c];
                    theory[t] = cumulated;
                }
                misfits.add(Math.abs(slope / LeastSquares.of(array(times), theory).slope() - 1));
            }
        }
        misfits.sort(null);
        return new double[] {misfits.get(misfits.size() / 2), Math.abs(Math.sqrt(squares / predicted) - 1)};
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// A tanh recurrence with random weights of spectral radius about 1.2, or an LSTM with weights as usual.
    private static final class Recurrence implements StateMap {
        private final boolean gated;
        private final long length;
        private final Tensor inner;
        private final Tensor inputs;

        Recurrence(boolean gated, long length, RandomStreams streams) {
            this.gated = gated;
            this.length = length;
            var random = streams.stream(gated ? "lstm" : "rnn");
            var width = RECURRENT;
            inner = gated
                    ? Tensors.uniform(random, -1 / Math.sqrt(width), 1 / Math.sqrt(width), width, 4L * width).to(DType.FLOAT64)
                    : Tensors.normal(random, 0, RADIUS / Math.sqrt(width), width, width).to(DType.FLOAT64);
            inputs = Tensors.normal(random, 0, 0.1, length, gated ? 4L * width : width).to(DType.FLOAT64);
        }

        @Override
        public Tensor start() {
            return Tensors.zeros(gated ? 2L * RECURRENT : RECURRENT).to(DType.FLOAT64);
        }

        @Override
        public Tensor next(Tensor state, long t) {
            var u = inputs.select(0, t);
            if (!gated) {
                return state.unsqueeze(0).matmul(inner).squeeze(0).add(u).tanh();
            }
            var gates = state.narrow(0, 0, RECURRENT).unsqueeze(0).matmul(inner).squeeze(0).add(u);
            var in = gates.narrow(0, 0, RECURRENT).sigmoid();
            var forget = gates.narrow(0, RECURRENT, RECURRENT).sigmoid();
            var cell = forget.mul(state.narrow(0, RECURRENT, RECURRENT))
                    .add(in.mul(gates.narrow(0, 2L * RECURRENT, RECURRENT).tanh()));
            return Tensors.cat(List.of(gates.narrow(0, 3L * RECURRENT, RECURRENT).sigmoid().mul(cell.tanh()), cell), 0);
        }

        @Override
        public long steps() {
            return length;
        }
    }
}
