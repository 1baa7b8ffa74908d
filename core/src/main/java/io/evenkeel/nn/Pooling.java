package io.evenkeel.nn;

import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import java.util.function.UnaryOperator;

/// Makes images smaller: functions of `[B, C, H, W]`.
public final class Pooling {
    private Pooling() {}

    /// The largest of each `size` x `size` square; squares do not overlap.
    public static UnaryOperator<Tensor> max(long size) {
        return x -> Functional.maxPool2d(x, size, size, 0);
    }

    /// The mean of each `size` x `size` square; squares do not overlap.
    public static UnaryOperator<Tensor> average(long size) {
        return x -> Functional.avgPool2d(x, size, size, 0);
    }

    /// The mean of each channel, `[B, C, H, W] -> [B, C]`.
    public static Tensor global(Tensor x) {
        return x.mean(false, -2, -1);
    }
}
