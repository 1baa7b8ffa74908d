package io.evenkeel.nn;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;

/// The arithmetic of a model's linear layers and convolutions. Parameters, their gradients and moments, norms,
/// attention
/// weights and losses are FLOAT32 in either case.
public enum Precision {
    FP32(DType.FLOAT32),
    /// Products in bfloat16 with sums in FLOAT32: inputs and weights are converted at each use, gradients back.
    /// Faster
    /// where [io.evenkeel.tensor.Engine#hasFastBfloat16] holds.
    BF16(DType.BFLOAT16);

    private final DType dtype;

    Precision(DType dtype) {
        this.dtype = dtype;
    }

    /// The type that linear layers multiply in.
    public DType dtype() {
        return dtype;
    }

    /// `x` in that type; itself where it has it.
    public Tensor of(Tensor x) {
        return x.dtype() == dtype ? x : x.to(dtype);
    }

    /// `x` in FLOAT32; itself where it has it.
    static Tensor full(Tensor x) {
        return FP32.of(x);
    }
}
