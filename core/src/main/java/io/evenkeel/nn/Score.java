package io.evenkeel.nn;

/// How queries q and keys k of width N become the logits of attention.
public sealed interface Score {
    /// `q . k / sqrt(N)`
    record ScaledDot() implements Score {}

    /// `norm(q) . norm(k) / sqrt(N)`, before the rotary embedding; queries and keys each have their own norm.
    ///
    /// @param per  over what the norm is taken
    /// @param norm the norm
    /// @paper P40 per head, its parameters shared by the heads, layer norm with eps 1e-6
    /// @paper P03 over the full width, RMS norm with eps 1e-6
    record QkNorm(Per per, Norm norm) implements Score {
        /// What a norm of queries and keys runs over.
        public enum Per {
            /// the N elements of a head
            HEAD,
            /// all heads together
            FULL_WIDTH
        }

        public static QkNorm defaults() {
            return new QkNorm(Per.HEAD, new LayerNorm.Config(1e-6, true, false));
        }
    }

    /// `cos(q, k) exp(min(s, ln max))` with a trained `s` a head, which begins at `ln initial`.
    ///
    /// @paper P38 initial 10, max 100
    record Cosine(double initial, double max) implements Score {
        public Cosine {
            if (!(initial > 0)) {
                throw new IllegalArgumentException("initial must be > 0 but was " + initial);
            }
            if (!(max >= initial)) {
                throw new IllegalArgumentException("max must be >= initial " + initial + " but was " + max);
            }
        }

        public static Cosine defaults() {
            return new Cosine(10, 100);
        }
    }
}
