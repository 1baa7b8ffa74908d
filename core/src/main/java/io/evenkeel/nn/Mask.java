package io.evenkeel.nn;

import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/// Which positions attention may look at.
public sealed interface Mask {
    /// What is added to the logits, `[T, T]` FLOAT32: zero where query i may attend to key j, else negative
    /// infinity; null
    /// where all is allowed.
    @Nullable
    Tensor additive(long positions);

    /// How many keys each query sees, `[T]` FLOAT32.
    Tensor visible(long positions);

    /// Keys up to the query's own position.
    record Causal() implements Mask {
        @Override
        public Tensor additive(long positions) {
            return Tensors.full(Double.NEGATIVE_INFINITY, DType.FLOAT32, positions, positions)
                    .triu(1);
        }

        @Override
        public Tensor visible(long positions) {
            return Tensors.arange(positions).add(1).to(DType.FLOAT32);
        }
    }

    /// The last `window` keys up to the query's own position: `0 <= i - j < window`.
    ///
    /// @paper P02
    record SlidingWindow(long window) implements Mask {
        public SlidingWindow {
            if (window < 1) {
                throw new IllegalArgumentException("window must be >= 1 but was " + window);
            }
        }

        @Override
        public Tensor additive(long positions) {
            var all = Tensors.full(Double.NEGATIVE_INFINITY, DType.FLOAT32, positions, positions);
            return all.triu(1).add(all.tril(-window));
        }

        @Override
        public Tensor visible(long positions) {
            return new Causal().visible(positions).clampMax(window);
        }
    }

    /// All keys.
    record Bidirectional() implements Mask {
        @Override
        public @Nullable Tensor additive(long positions) {
            return null;
        }

        @Override
        public Tensor visible(long positions) {
            return Tensors.full(positions, DType.FLOAT32, positions);
        }
    }
}
