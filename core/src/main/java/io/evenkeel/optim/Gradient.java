package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.List;

/// The gradient on its way through the chain: changed in place, with its norm known as long as nobody changed it.
public final class Gradient {
    private final Tensor flat;
    private final List<Parameter> parameters;
    private double norm = Double.NaN;
    private boolean normKnown;

    Gradient(Parameters all, List<Parameter> trained) {
        this.flat = all.gradients();
        this.parameters = List.copyOf(trained);
    }

    void begin(double norm, boolean normKnown) {
        this.norm = norm;
        this.normKnown = normKnown;
    }

    /// All of it, `[length of the flat buffers]`; zero where a parameter is frozen.
    public Tensor flat() {
        return flat;
    }

    /// The parameters that are trained: their [Parameter#gradient] is a view of [#flat].
    public List<Parameter> parameters() {
        return parameters;
    }

    /// The Euclidean norm of all of it.
    public double norm() {
        if (!normKnown) {
            begin(flat.norm().item(), true);
        }
        return norm;
    }

    /// The Euclidean norm of each of [#parameters].
    public double[] norms() {
        return Tensors.stack(
                        parameters.stream()
                                .map(parameter -> parameter.gradient().norm())
                                .toList(),
                        0)
                .toDoubles();
    }

    /// Multiplies all of it.
    public void scale(double by) {
        flat.mul_(by);
        norm *= by;
    }

    /// To be called by who changed elements of it.
    public void changed() {
        normKnown = false;
    }
}
