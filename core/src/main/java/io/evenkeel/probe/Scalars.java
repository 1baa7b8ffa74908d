package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.Aten;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/// Numbers that are still tensors, read back all at once.
final class Scalars {
    private static final double EUCLIDEAN = 2;

    private final List<String> series = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();

    /// @param value a tensor with one element
    void add(String series, Tensor value) {
        this.series.add(series);
        values.add(value.detach().reshape(1).to(DType.FLOAT64));
    }

    /// Reads all of them into `readings`.
    void emit(Readings readings) {
        if (!values.isEmpty()) {
            var numbers = Tensors.cat(values, 0).toDoubles();
            for (var i = 0; i < numbers.length; i++) {
                readings.put(series.get(i), numbers[i]);
            }
        }
    }

    /// The values of one-element tensors.
    static double[] read(List<Tensor> values) {
        return values.isEmpty() ? new double[0] : Tensors.stack(values, 0).toDoubles();
    }

    /// The Euclidean norm of each tensor.
    static double[] norms(List<Tensor> tensors) {
        return norms(tensors, EUCLIDEAN);
    }

    /// The largest magnitude of each tensor; NaN where an element is NaN.
    static double[] maxima(List<Tensor> tensors) {
        return norms(tensors, Double.POSITIVE_INFINITY);
    }

    private static double[] norms(List<Tensor> tensors, double order) {
        return tensors.isEmpty()
                ? new double[0]
                : read(Aten.op("aten::_foreach_norm", "Scalar").call(tensors, order, null));
    }
}
