package io.evenkeel.studies.p45;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.Score;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reference checks of the specification; those of rows of weights are in the test of [io.evenkeel.nn.Normaliser].
///
/// @paper P45
class LssarTest {
    @ParameterizedTest
    @CsvSource({"2, 2.8827", "16, 11.531", "64, 17.296", "1024, 28.827"})
    void rangeOfScores(int keys, double most) {
        assertThat(Score.LengthScaled.defaults().perLog(64) * Math.log(keys)).isCloseTo(most, within(5e-4));
    }

    /// ln n / ln L / sqrt(N) is the plain scale where n is the trained length.
    @Test
    void calibratedIsPlainAtTheTrainedLength() {
        var score = new Score.LengthScaled(Score.LengthScaled.Form.CALIBRATED, 64);
        assertThat(score.perLog(16) * Math.log(64)).isCloseTo(0.25, within(1e-12));
    }

    /// What a position gives does not depend on how much comes after it: rows are scaled by what they see.
    @Test
    void theScaleIsCausal() {
        var assignments = List.of(
                "width=32", "depth=2", "heads=2",
                "attention.score={type: length-scaled, form: cosine}",
                "attention.normaliser={type: softplus, power: 15}");
        var config = ConfigReader.read(assignments, Decoder.Config.defaults());
        var random = RandomStream.of(4, "model");
        try (var _ = Scope.open()) {
            var model = new Decoder(config, 20, 64, Precision.FP32, random);
            try (var _ = Parameters.materialize(model, random);
                    var _ = Autograd.noGrad()) {
                var tokens = Tensors.randint(random, 20, 1, 64);
                var whole = model.logits(tokens).narrow(1, 0, 40);
                var part = model.logits(tokens.narrow(1, 0, 40));
                assertThat(whole.sub(part).abs().amax().item()).isLessThan(1e-4);
            }
        }
    }

    @Test
    void rowsOfWeightsSumToOne() {
        var assignments = List.of(
                "width=32", "depth=1", "heads=2",
                "attention.score={type: length-scaled, form: cosine}",
                "attention.normaliser={type: softplus, power: 15}");
        var config = ConfigReader.read(assignments, Decoder.Config.defaults());
        var random = RandomStream.of(5, "model");
        try (var _ = Scope.open()) {
            var model = new Decoder(config, 20, 64, Precision.FP32, random);
            try (var _ = Parameters.materialize(model, random);
                    var _ = Autograd.noGrad()) {
                var sums = new ArrayList<double[]>();
                model.observeWith((_, what, value) -> {
                    if (what.equals("probabilities")) {
                        sums.add(value.sum(false, -1).toDoubles());
                    }
                });
                model.logits(Tensors.randint(random, 20, 3, 64));
                assertThat(sums).hasSize(1);
                var ones = new double[3 * 2 * 64];
                Arrays.fill(ones, 1);
                assertThat(sums.getFirst()).containsExactly(ones, within(1e-5));
            }
        }
    }
}
