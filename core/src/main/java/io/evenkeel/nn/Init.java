package io.evenkeel.nn;

/// How the weights of a [Decoder] begin. Biases begin at zero, scales of norms at one, where nothing else is said.
public sealed interface Init {
    /// What a weight is used for.
    enum Role {
        EMBEDDING,
        POSITION,
        QUERY_KEY,
        VALUE,
        ATTENTION_OUTPUT,
        MLP_INPUT,
        MLP_OUTPUT,
        HEAD
    }

    /// The sizes that a scheme may look at.
    ///
    /// @param in    inputs of the weight
    /// @param out   outputs of the weight
    /// @param model of which it is part
    record Size(long in, long out, Decoder.Config model) {}

    /// Fills a weight of that role.
    Initializer weight(Role role, Size size);

    /// Normal, the projections into the residual stream divided by `sqrt(2 depth)` (GPT-2).
    record Gpt2(double std) implements Init {
        public Gpt2 {
            positive("std", std);
        }

        public static Gpt2 defaults() {
            return new Gpt2(0.02);
        }

        @Override
        public Initializer weight(Role role, Size size) {
            return switch (role) {
                case ATTENTION_OUTPUT, MLP_OUTPUT ->
                    Initializer.normal(std / Math.sqrt(2.0 * size.model().depth()));
                case EMBEDDING, POSITION, QUERY_KEY, VALUE, MLP_INPUT, HEAD -> Initializer.normal(std);
            };
        }
    }

    /// The same normal everywhere, truncated at `cut` standard deviations.
    ///
    /// @paper P03 std 0.02, cut 3, whatever width and depth
    record Normal(double std, double cut) implements Init {
        public Normal {
            positive("std", std);
            positive("cut", cut);
        }

        public static Normal defaults() {
            return new Normal(0.02, 3);
        }

        @Override
        public Initializer weight(Role role, Size size) {
            return Initializer.truncatedNormal(std, cut);
        }
    }

    /// Normal with variance `2 / (5 width)` everywhere (SmallInit: Nguyen and Salazar, "Transformers without
    /// tears",
    /// 2019).
    record SmallInit() implements Init {
        @Override
        public Initializer weight(Role role, Size size) {
            return Initializer.normal(Math.sqrt(2.0 / (5 * size.model().width())));
        }
    }

    /// [Initializer#xavier]; embeddings normal with variance `1 / width`.
    record Xavier(double gain) implements Init {
        public Xavier {
            positive("gain", gain);
        }

        public static Xavier defaults() {
            return new Xavier(1);
        }

        @Override
        public Initializer weight(Role role, Size size) {
            return isEmbedding(role) ? embedding(size) : Initializer.xavier(size.in(), size.out(), gain);
        }
    }

    /// [Initializer#kaiming]; embeddings normal with variance `1 / width`.
    record Kaiming() implements Init {
        @Override
        public Initializer weight(Role role, Size size) {
            return isEmbedding(role) ? embedding(size) : Initializer.kaiming(size.in());
        }
    }

    /// [Initializer#lecun]; embeddings normal with variance `1 / width`.
    ///
    /// @paper P40
    record Lecun() implements Init {
        @Override
        public Initializer weight(Role role, Size size) {
            return isEmbedding(role) ? embedding(size) : Initializer.lecun(size.in());
        }
    }

    /// Xavier, with the gain `beta` of [DeepNorm] for values, the output of attention and the MLP, and 1 for the
    /// rest;
    /// embeddings normal with variance `1 / width`.
    ///
    /// @paper P25
    record Deepnorm() implements Init {
        @Override
        public Initializer weight(Role role, Size size) {
            return switch (role) {
                case EMBEDDING, POSITION -> embedding(size);
                case QUERY_KEY, HEAD -> Initializer.xavier(size.in(), size.out(), 1);
                case VALUE, ATTENTION_OUTPUT, MLP_INPUT, MLP_OUTPUT ->
                    Initializer.xavier(
                            size.in(),
                            size.out(),
                            size.model().deepNorm().beta(size.model().depth()));
            };
        }
    }

    private static boolean isEmbedding(Role role) {
        return role == Role.EMBEDDING || role == Role.POSITION;
    }

    private static Initializer embedding(Size size) {
        return Initializer.normal(1 / Math.sqrt(size.model().width()));
    }

    private static void positive(String field, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(field + " must be > 0 but was " + value);
        }
    }
}
