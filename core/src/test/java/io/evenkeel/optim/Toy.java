package io.evenkeel.optim;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Parameters without a model around them, whose values and gradients tests set directly.
final class Toy {
    private Toy() {}

    /// A parameter of a toy.
    record Declared(String name, long... shape) {
        @Override
        public String toString() {
            return name + Arrays.toString(shape);
        }
    }

    /// Standard normal parameters of those names and shapes.
    static Parameters of(Declared... declared) {
        return Parameters.materialize(
                new Module() {
                    {
                        for (var each : declared) {
                            parameter(each.name(), Initializer.normal(1), each.shape());
                        }
                    }
                },
                RandomStream.of(7, "toy"));
    }

    /// A matrix, a kernel of three dimensions and two vectors.
    static Parameters small() {
        return of(
                new Declared("embed.weight", 5, 3),
                new Declared("blocks.0.norm.weight", 3),
                new Declared("blocks.0.conv.weight", 2, 3, 2),
                new Declared("head.bias", 5));
    }

    static void setValues(Parameters parameters, String name, double... values) {
        set(parameters.get(name).value(), values);
    }

    static void setGradient(Parameters parameters, String name, double... values) {
        set(parameters.get(name).gradient(), values);
    }

    private static void set(Tensor tensor, double... values) {
        try (var _ = Scope.open()) {
            var memory = tensor.memory();
            for (var i = 0; i < values.length; i++) {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
            }
        }
    }

    /// Fills every gradient with normal numbers, as FLOAT32 has them.
    static void randomGradients(Parameters parameters, RandomStream random, double std) {
        for (var parameter : parameters.all()) {
            var values = new double[(int) parameter.numel()];
            Arrays.setAll(values, _ -> (float) (std * random.nextGaussian()));
            setGradient(parameters, parameter.name(), values);
        }
    }

    static double[] values(Parameters parameters, String name) {
        return parameters.get(name).value().toDoubles();
    }

    static double[] gradient(Parameters parameters, String name) {
        return parameters.get(name).gradient().toDoubles();
    }

    static double gradientNorm(Parameters parameters) {
        try (var norm = parameters.gradients().norm()) {
            return norm.item();
        }
    }
}
