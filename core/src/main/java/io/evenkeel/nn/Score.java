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

    /// A score that grows with the logarithm of how many keys a query sees, so that long rows do not flatten. With
    /// N the width of a head and `n` the number of visible keys of the query:
    ///
    ///     cosine       ln N ln n cos(q, k)
    ///     dot          ln N ln n q k / sqrt(N)
    ///     calibrated   (ln n / ln trained) q k / sqrt(N): the plain score at the trained length
    ///
    /// @param form    of the score
    /// @param trained length at which [Form#CALIBRATED] is the plain score, `>= 2`
    /// @paper P45 cosine
    record LengthScaled(Form form, long trained) implements Score {
        /// Forms of the score.
        public enum Form {
            COSINE,
            DOT,
            CALIBRATED
        }

        public LengthScaled {
            if (trained < 2) {
                throw new IllegalArgumentException("trained must be >= 2 but was " + trained);
            }
        }

        public static LengthScaled defaults() {
            return new LengthScaled(Form.COSINE, 1024);
        }

        /// What `ln n` is multiplied by.
        public double perLog(long headWidth) {
            return switch (form) {
                case COSINE -> Math.log(headWidth);
                case DOT -> Math.log(headWidth) / Math.sqrt(headWidth);
                case CALIBRATED -> 1 / (Math.log(trained) * Math.sqrt(headWidth));
            };
        }
    }
}
