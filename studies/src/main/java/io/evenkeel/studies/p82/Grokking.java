package io.evenkeel.studies.p82;

import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.nn.Sequential;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.study.Measurements;
import io.evenkeel.study.Training;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// A network without biases, `in -> 128 -> 128 -> classes` with ReLU, trained on all examples at once until it answers what it has
/// not seen.
final class Grokking {
    private static final int WIDTH = 128;
    /// Epochs between two looks.
    private static final int LOOK = 20;
    private static final double GROKKED = 0.95;
    private static final double DONE = 0.99;
    private static final int DONE_LOOKS = 3;
    private static final double HALF = 0.5;

    private Grokking() {}

    static Sequential network(long in, long classes) {
        return new Sequential()
                .then("first", linear(in, WIDTH))
                .then(Tensor::relu)
                .then("second", linear(WIDTH, WIDTH))
                .then(Tensor::relu)
                .then("head", linear(WIDTH, classes));
    }

    private static Layer linear(long in, long out) {
        return new Linear(in, out, false, Initializer.kaiming(in), Precision.FP32);
    }

    /// Measures `t95`, epochs until 95 % of the test answers are right, one more than all when they never are; `accuracy` at the end;
    /// `collapse_half`, epochs until the softmax of half the examples has collapsed, likewise; `collapsed` at the end; `cosine_before`
    /// and `cosine_after`, means of the cosine of descent and weights while some training answers are wrong and once all are right;
    /// `weights` and `logits`, the norm and mean magnitude at the end; and at each look the rows `path_test`, `path_collapsed`,
    /// `path_cosine`.
    static Measurements run(NumericalEdge.Config config) {
        var streams = new RandomStreams(config.seed());
        try (var puzzle = Puzzle.of(config.kind(), config.p(), config.fraction(), streams.stream("examples"))) {
            var model = network(puzzle.inputs().size(1), puzzle.classes());
            try (var parameters = Parameters.materialize(model, streams.stream("init"));
                    var moves = config.optimizer().build(parameters)) {
                var path = new Path(config.epochs());
                for (var epoch = 1; epoch <= config.epochs() && !path.done(); epoch++) {
                    try (var _ = Scope.open()) {
                        parameters.zeroGradients();
                        var logits = model.forward(puzzle.inputs());
                        var loss = config.softmax().losses(logits, puzzle.targets(), config.smoothing()).mean();
                        if (config.logitPenalty() > 0) {
                            loss = loss.add(logits.square().mean().mul(config.logitPenalty()));
                        }
                        loss.backward();
                        if (!Double.isFinite(loss.item())) {
                            path.lost();
                            break;
                        }
                        var looks = epoch % LOOK == 0;
                        var weights = looks ? parameters.values().copy() : null;
                        moves.step(1, parameters.gradientNorm());
                        if (weights != null) {
                            path.look(epoch, config, puzzle, model, logits.detach(), cosine(weights, parameters.gradients()));
                        }
                    }
                }
                return path.measured(parameters);
            }
        }
    }

    /// Of the weights and the direction of descent, as the rule saw it.
    private static double cosine(Tensor weights, Tensor gradient) {
        var norms = weights.norm().item() * gradient.norm().item();
        return norms == 0 ? 0 : -weights.dot(gradient).item() / norms;
    }

    /// What was seen.
    private static final class Path {
        private final List<Double> test = new ArrayList<>();
        private final List<Double> collapsed = new ArrayList<>();
        private final List<Double> cosines = new ArrayList<>();
        private final List<Double> before = new ArrayList<>();
        private final List<Double> after = new ArrayList<>();
        private int grokked;
        private int half;
        private int done;
        private boolean lost;
        private double size;

        Path(int epochs) {
            this.grokked = epochs + 1;
            this.half = epochs + 1;
        }

        void look(int epoch, NumericalEdge.Config config, Puzzle puzzle, Layer model, Tensor logits, double cosine) {
            double accuracy;
            try (var _ = Autograd.noGrad()) {
                accuracy = Puzzle.right(model.forward(puzzle.testInputs()), puzzle.testTargets());
            }
            test.add(accuracy);
            collapsed.add(config.softmax().collapsed(logits));
            cosines.add(cosine);
            (after.isEmpty() && Puzzle.right(logits, puzzle.targets()) < 1 ? before : after).add(cosine);
            size = logits.abs().mean().item();
            if (accuracy >= GROKKED) {
                grokked = Math.min(grokked, epoch);
            }
            if (collapsed.getLast() >= HALF) {
                half = Math.min(half, epoch);
            }
            done = accuracy >= DONE ? done + 1 : 0;
        }

        boolean done() {
            return done >= DONE_LOOKS;
        }

        void lost() {
            lost = true;
        }

        Measurements measured(Parameters parameters) {
            return new Measurements()
                    .put("lost", lost)
                    .put("t95", grokked)
                    .put("accuracy", test.isEmpty() ? 0 : test.getLast())
                    .put("collapse_half", half)
                    .put("collapsed", collapsed.isEmpty() ? 0 : collapsed.getLast())
                    .put("cosine_before", mean(before))
                    .put("cosine_after", mean(after))
                    .put("weights", parameters.values().norm().item())
                    .put("logits", size)
                    .put("epochs", test.size() * LOOK)
                    .put("path_test", thinned(test))
                    .put("path_collapsed", thinned(collapsed))
                    .put("path_cosine", thinned(cosines));
        }

        private static double mean(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        }

        /// Means of at most a hundred stretches.
        private static double[] thinned(List<Double> values) {
            return Training.means(values.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }
}
