package io.evenkeel.studies.common;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Parameter;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;

/// An adapter of low rank: `scale B A x`, zero at first (Hu et al., "LoRA", 2022). `[.., in] -> [.., out]`.
public final class Lora extends Layer {
    private final Parameter down; // A, [r, in]
    private final Parameter up; // B, [out, r]
    private final double scale;

    /// @param rank  r
    /// @param scale usually alpha / r
    public Lora(long in, long out, long rank, double scale) {
        this.down = parameter("down", Initializer.uniform(1 / Math.sqrt(in)), rank, in);
        this.up = parameter("up", Initializer.ZEROS, out, rank);
        this.scale = scale;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.linear(Functional.linear(x, down.value(), null), up.value(), null).mul(scale);
    }
}
