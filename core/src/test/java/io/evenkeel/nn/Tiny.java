package io.evenkeel.nn;

import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Map;
import java.util.TreeMap;

/// A configuration small enough for reference calculations, one choice changed at a time.
final class Tiny {
    static final int VOCABULARY = 7;
    static final int CONTEXT = 6;

    int depth = 1;
    Integer kvHeads;
    NormPlacement placement = NormPlacement.PRE;
    Norm norm = LayerNorm.Config.defaults();
    boolean embeddingNorm;
    DeepNorm deepNorm = DeepNorm.GLM;
    Block.Form form = Block.Form.SERIAL;
    Score score = new Score.ScaledDot();
    Mask mask = new Mask.Causal();
    Normaliser normaliser = new Normaliser.Softmax();
    Position position = Position.Rope.defaults();
    FeedForward.Config mlp = new FeedForward.Config(FeedForward.Type.GELU, 1.5);
    Init init = new Init.Xavier(1);
    boolean tied;
    boolean bias;
    double dropout;
    LanguageModelLoss.Config loss = LanguageModelLoss.Config.defaults();

    Decoder.Config config() {
        return new Decoder.Config(
                8,
                depth,
                2,
                kvHeads,
                placement,
                norm,
                embeddingNorm,
                deepNorm,
                form,
                new Attention.Config(score, mask, normaliser),
                position,
                mlp,
                init,
                tied,
                bias,
                dropout,
                null,
                null,
                loss);
    }

    /// A decoder with its parameters, all moved away from their initial values so that no scale is one and no bias
    /// zero.
    static final class Model implements AutoCloseable {
        final Decoder decoder;
        final Parameters parameters;
        final LanguageModelLoss loss;
        final RandomStream dropout;

        Model(Decoder.Config config, Precision precision) {
            var random = RandomStream.of(11, "tiny");
            this.dropout = random.split("dropout");
            this.decoder = new Decoder(config, VOCABULARY, CONTEXT, precision, dropout);
            this.parameters = Parameters.materialize(decoder, random.split("init"));
            this.loss = LanguageModelLoss.of(config.loss());
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                for (var parameter : parameters.all()) {
                    var noise = Tensors.normal(random.split(parameter.name()), 0, 0.15, parameter.shape());
                    parameter.value().add_(noise);
                }
            }
        }

        LanguageModelLoss.Terms loss(long[][] tokens, long[][] targets) {
            return loss.of(decoder.logits(matrix(tokens)), matrix(targets));
        }

        /// Loss and gradients of a batch; the gradients replace those before.
        double backward(long[][] tokens, long[][] targets) {
            try (var _ = Scope.open()) {
                parameters.zeroGradients();
                var total = loss(tokens, targets).total();
                total.backward();
                return total.item();
            }
        }

        void descend(double lr) {
            try (var _ = Autograd.noGrad()) {
                parameters.values().add_(parameters.gradients(), -lr);
            }
        }

        Map<String, double[]> values() {
            var values = new TreeMap<String, double[]>();
            parameters.all().forEach(p -> values.put(p.name(), p.value().toDoubles()));
            return values;
        }

        @Override
        public void close() {
            parameters.close();
        }
    }

    static Tensor matrix(long[][] rows) {
        var values = new long[rows.length * rows[0].length];
        for (var i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * rows[0].length, rows[0].length);
        }
        return Tensors.of(values, rows.length, rows[0].length);
    }

    static long[][] tokens(RandomStream random, int batch, int length) {
        var tokens = new long[batch][length];
        for (var row : tokens) {
            for (var i = 0; i < length; i++) {
                row[i] = random.nextInt(VOCABULARY);
            }
        }
        return tokens;
    }
}
