package io.evenkeel.nn;

import java.util.List;

/// A double with the derivative of a result with respect to it: reverse accumulation over single numbers, for
/// reference implementations in tests. Nodes are recorded on a tape in the order of calculation.
final class Num {
    final double value;
    double gradient;
    private final List<Num> tape;
    private final Num[] inputs;
    private final double[] slopes;

    private Num(List<Num> tape, double value, Num[] inputs, double[] slopes) {
        this.tape = tape;
        this.value = value;
        this.inputs = inputs;
        this.slopes = slopes;
        tape.add(this);
    }

    static Num of(List<Num> tape, double value) {
        return new Num(tape, value, new Num[0], new double[0]);
    }

    /// Sets the gradient of everything this was calculated from.
    void backward() {
        gradient = 1;
        for (var i = tape.size() - 1; i >= 0; i--) {
            var node = tape.get(i);
            for (var j = 0; j < node.inputs.length; j++) {
                node.inputs[j].gradient += node.gradient * node.slopes[j];
            }
        }
    }

    private Num unary(double result, double slope) {
        return new Num(tape, result, new Num[] {this}, new double[] {slope});
    }

    private Num binary(Num other, double result, double slope, double otherSlope) {
        return new Num(tape, result, new Num[] {this, other}, new double[] {slope, otherSlope});
    }

    Num plus(Num o) {
        return binary(o, value + o.value, 1, 1);
    }

    Num plus(double o) {
        return unary(value + o, 1);
    }

    Num minus(Num o) {
        return binary(o, value - o.value, 1, -1);
    }

    Num times(Num o) {
        return binary(o, value * o.value, o.value, value);
    }

    Num times(double o) {
        return unary(value * o, o);
    }

    Num over(Num o) {
        return binary(o, value / o.value, 1 / o.value, -value / (o.value * o.value));
    }

    Num exp() {
        return unary(Math.exp(value), Math.exp(value));
    }

    Num log() {
        return unary(Math.log(value), 1 / value);
    }

    Num sqrt() {
        return unary(Math.sqrt(value), 0.5 / Math.sqrt(value));
    }

    Num tanh() {
        var t = Math.tanh(value);
        return unary(t, 1 - t * t);
    }

    Num relu() {
        return value > 0 ? this : times(0);
    }

    Num sigmoid() {
        return times(-1).exp().plus(1).log().times(-1).exp();
    }

    Num softplus() {
        return exp().plus(1).log();
    }

    /// `x Phi(x)`, the error function by its Taylor series.
    Num gelu() {
        var x = value / Math.sqrt(2);
        var term = x;
        var erf = 0.0;
        for (var n = 0; n < 100 && Math.abs(x) < 4; n++) {
            erf += term / (2 * n + 1);
            term *= -x * x / (n + 1);
        }
        // Beyond 4 it differs from its limit by less than 2e-8.
        var phi = Math.abs(x) < 4 ? (1 + 2 / Math.sqrt(Math.PI) * erf) / 2 : x > 0 ? 1 : 0;
        return unary(value * phi, phi + value * Math.exp(-value * value / 2) / Math.sqrt(2 * Math.PI));
    }

    static Num sum(Num[] xs) {
        var sum = xs[0];
        for (var i = 1; i < xs.length; i++) {
            sum = sum.plus(xs[i]);
        }
        return sum;
    }
}
