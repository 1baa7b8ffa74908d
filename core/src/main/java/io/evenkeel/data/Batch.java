package io.evenkeel.data;

import io.evenkeel.tensor.Tensor;
import java.util.List;

/// The examples of one forward pass. The batch owns its tensors; whoever took it closes it.
///
/// @param inputs  token ids `[B, T]` INT64, images `[B, C, H, W]` FLOAT32, or rows `[B, F]` FLOAT32
/// @param targets token ids `[B, T]` INT64 (the next tokens), classes `[B]` INT64, or numbers to predict `[B]` FLOAT32
/// @param origins where each example came from, `B` of them
public record Batch(Tensor inputs, Tensor targets, List<Origin> origins) implements AutoCloseable {
    /// Where an example came from.
    ///
    /// @param document name of the document, file or set
    /// @param offset   first token, or row, in it
    public record Origin(String document, long offset) {}

    /// How many examples.
    public long size() {
        return inputs.size(0);
    }

    /// What throughput counts: tokens, or examples where there are none.
    public long tokens() {
        return targets.numel();
    }

    @Override
    public void close() {
        inputs.close();
        targets.close();
    }
}
