package io.evenkeel.studies.p60;

/// A model with its parameters in double precision, on examples without noise: loss `1 / (2 n) sum (f(x_i) - y_i)^2`.
interface Regression {
    /// How many parameters there are.
    int size();

    /// How many examples.
    int examples();

    /// The parameters, which callers change.
    double[] parameters();

    /// What the model says of an example, minus what is right.
    double residual(int example);

    /// Adds `weight` times the gradient of `f` at an example to `into`.
    void addGradient(int example, double weight, double[] into);

    /// The same as a fresh array.
    default double[] gradient(int example) {
        var gradient = new double[size()];
        addGradient(example, 1, gradient);
        return gradient;
    }

    /// How wrong it is where it was not trained.
    double testError();

    /// A norm that goes with the trace: that of the weights of a diagonal network, of the paths of a ReLU network.
    double norm();

    default double loss() {
        var sum = 0.0;
        for (var i = 0; i < examples(); i++) {
            sum += Math.pow(residual(i), 2);
        }
        return sum / (2 * examples());
    }

    /// Where there are no residuals: the mean of `|grad f|^2`, the trace of the Hessian.
    default double trace() {
        var sum = 0.0;
        for (var i = 0; i < examples(); i++) {
            var g = gradient(i);
            sum += LinearNoise.dot(g, g);
        }
        return sum / examples();
    }

    /// Likewise its largest eigenvalue, from the products of the gradients with each other.
    default double sharpness() {
        var gradients = new double[examples()][];
        for (var i = 0; i < gradients.length; i++) {
            gradients[i] = gradient(i);
        }
        var gram = new double[examples()][examples()];
        for (var i = 0; i < gradients.length; i++) {
            for (var k = 0; k <= i; k++) {
                gram[i][k] = LinearNoise.dot(gradients[i], gradients[k]) / examples();
                gram[k][i] = gram[i][k];
            }
        }
        return LinearNoise.largest(gram);
    }
}
