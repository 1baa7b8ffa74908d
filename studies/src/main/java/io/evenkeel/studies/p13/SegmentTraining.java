package io.evenkeel.studies.p13;

import io.evenkeel.loss.StableMax;
import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.schedule.Warmup;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/// Trains a reasoner segment by segment: each segment is an update of its own, from the state that the one before left,
/// and puzzles that halt make room for others.
final class SegmentTraining implements AutoCloseable {
    private static final double EXPLORE = 0.1;
    private static final double HALT_WEIGHT = 0.5;
    private static final int TEST_BATCH = 64;

    /// How it is trained.
    ///
    /// @param batch     B
    /// @param segments  M, most segments a puzzle
    /// @param halting   whether it learns when to stop; else always after M
    /// @param stableMax in place of softmax
    /// @param augmented whether each puzzle taken is moved by a symmetry of Sudoku
    /// @param steps     segments in all, each with an update
    record Plan(int batch, int segments, boolean halting, boolean stableMax, boolean augmented, int steps) {}

    private final Reasoner model;
    private final Plan plan;
    private final Puzzles puzzles;
    private final RandomStream order;
    private final RandomStream explore;
    private final RandomStream symmetry;
    private final List<long[]> inputs;
    private final List<long[]> labels;
    private final int[] taken;
    private final Tensor low;
    private final Tensor high;
    private long halted;
    private long segmentsOfHalted;

    private SegmentTraining(Reasoner model, Plan plan, Puzzles puzzles, RandomStreams streams, int width) {
        this.model = model;
        this.plan = plan;
        this.puzzles = puzzles;
        this.order = streams.stream("order");
        this.explore = streams.stream("explore");
        this.symmetry = streams.stream("symmetry");
        this.inputs = new ArrayList<>(Collections.nCopies(plan.batch(), new long[0]));
        this.labels = new ArrayList<>(inputs);
        this.taken = new int[plan.batch()];
        Arrays.fill(taken, -1);
        this.low = Tensors.zeros(plan.batch(), puzzles.places(), width);
        this.high = Tensors.zeros(plan.batch(), puzzles.places(), width);
    }

    /// Measures `accuracy`, the share of test puzzles that are solved whole, and `places`, that of right answers; `loss`, the mean of the last tenth of the
    /// updates; `lost`, whether it became something else than a number; `segments`, the mean number a puzzle; of what each
    /// update changes the rows `residual_low` and `residual_high`, in order; and `ratio_low` and `ratio_high`, the
    /// participation ratio of the last states.
    static Measurements run(
            Reasoner.Config config, Plan plan, OptimizerConfig optimizer, Puzzles.Split data, RandomStreams streams) {
        var train = data.train();
        var model = new Reasoner(config, train.vocabulary(), train.classes(), train.places(), streams.stream("start"));
        try (var parameters = Parameters.materialize(model, streams.stream("init"));
                var moves = optimizer.build(parameters);
                var training = new SegmentTraining(model, plan, train, streams, config.width())) {
            var warmup = new Warmup(Math.max(1, plan.steps() / 20), _ -> 1);
            var losses = new ArrayList<Double>();
            var lost = false;
            for (var step = 0; step < plan.steps() && !lost; step++) {
                try (var _ = Scope.open()) {
                    parameters.zeroGradients();
                    var loss = training.segment();
                    losses.add(loss);
                    lost = !Double.isFinite(loss);
                    if (!lost) {
                        moves.step(warmup.factor(step), parameters.gradientNorm());
                    }
                }
            }
            var measured = new Measurements()
                    .put("lost", lost)
                    .put("loss", losses.subList(losses.size() - Math.max(1, losses.size() / 10), losses.size()).stream()
                            .mapToDouble(Double::doubleValue)
                            .average()
                            .orElseThrow())
                    .put("segments", training.halted == 0 ? plan.segments() : training.segmentsOfHalted / (double) training.halted);
            new Examination(model, plan.segments(), data.test()).put(measured);
            return measured;
        }
    }

    /// One segment and its gradients.
    private double segment() {
        long b = plan.batch();
        replace();
        var labels = rows(this.labels);
        var e = model.embedding(rows(inputs));
        var state = model.segment(new Reasoner.State(low.copy(), high.copy()), e, null);
        var logits = model.logits(state);
        var each = crossEntropy(logits, labels); // [B, S]
        var loss = each.mean(false, 1).sum().div((double) b);
        var solved = logits.detach().argmax(-1).eq(labels).to(DType.FLOAT32).amin(false, 1);
        var q = model.halting(state);
        if (plan.halting()) {
            loss = loss.add(halting(q, solved, state, e).mul(HALT_WEIGHT / b));
        }
        loss.backward();
        low.copy_(state.low().detach());
        high.copy_(state.high().detach());
        halt(q.detach().toFloats());
        return loss.item();
    }

    /// Those that halted, and at first all: other puzzles, from the start.
    private void replace() {
        var begin = model.start(1, puzzles.places());
        try (var _ = Autograd.noGrad()) {
            for (var i = 0; i < taken.length; i++) {
                if (taken[i] < 0) {
                    var which = order.nextInt(puzzles.inputs().size());
                    var move = plan.augmented() ? SudokuSymmetry.draw(symmetry) : UnaryOperator.<long[]>identity();
                    inputs.set(i, move.apply(puzzles.inputs().get(which)));
                    labels.set(i, move.apply(puzzles.labels().get(which)));
                    taken[i] = 0;
                    low.narrow(0, i, 1).copy_(begin.low());
                    high.narrow(0, i, 1).copy_(begin.high());
                }
            }
        }
    }

    private void halt(float[] q) {
        for (var i = 0; i < taken.length; i++) {
            taken[i]++;
            var least = explore.nextDouble() < EXPLORE && plan.segments() >= 2
                    ? 2 + explore.nextInt(plan.segments() - 1)
                    : 0;
            var wants = plan.halting() && q[2 * i] > q[2 * i + 1] && taken[i] >= least;
            if (wants || taken[i] >= plan.segments()) {
                halted++;
                segmentsOfHalted += taken[i];
                taken[i] = -1;
            }
        }
    }

    private Tensor crossEntropy(Tensor logits, Tensor labels) {
        var logs = plan.stableMax() ? StableMax.logProbabilities(logits) : logits.logSoftmax(-1);
        return logs.gather(-1, labels.unsqueeze(-1)).squeeze(-1).neg();
    }

    /// Whether it is right now, and what going on is worth: by one more segment, without a gradient.
    private Tensor halting(Tensor q, Tensor solved, Reasoner.State state, Tensor e) {
        Tensor worth;
        try (var _ = Autograd.noGrad()) {
            var next = model.halting(model.segment(
                    new Reasoner.State(state.low().detach(), state.high().detach()), e.detach(), null));
            var last = new float[taken.length];
            for (var i = 0; i < last.length; i++) {
                last[i] = taken[i] + 1 >= plan.segments() ? 1 : 0;
            }
            var halt = next.select(1, 0);
            worth = Tensors.where(Tensors.of(last, last.length).gt(0), halt, next.amax(false, 1)).sigmoid();
        }
        return binary(q.select(1, 0), solved).add(binary(q.select(1, 1), worth));
    }

    private static Tensor binary(Tensor logits, Tensor targets) {
        return Functional.binaryCrossEntropyWithLogits(logits, targets).mul((double) logits.numel());
    }

    static Tensor rows(List<long[]> puzzles) {
        return Tensors.of(
                puzzles.stream().flatMapToLong(Arrays::stream).toArray(), puzzles.size(), puzzles.getFirst().length);
    }

    @Override
    public void close() {
        low.close();
        high.close();
    }

    /// A trained model on puzzles that it does not know.
    private record Examination(Reasoner model, int segments, Puzzles test) {
        void put(Measurements measured) {
            var solved = 0.0;
            var right = 0.0;
            var residuals = new Residuals();
            for (var from = 0; from < test.inputs().size(); from += TEST_BATCH) {
                var to = Math.min(from + TEST_BATCH, test.inputs().size());
                try (var _ = Scope.open();
                        var _ = Autograd.noGrad()) {
                    var e = model.embedding(rows(test.inputs().subList(from, to)));
                    var state = model.start(to - from, test.places());
                    for (var segment = 0; segment < segments; segment++) {
                        state = model.segment(state, e, from == 0 ? residuals : null);
                    }
                    var answers = model.logits(state)
                            .argmax(-1)
                            .eq(rows(test.labels().subList(from, to)))
                            .to(DType.FLOAT32); // [B, S]
                    solved += answers.amin(false, 1).sum().item();
                    right += answers.mean(false, 1).sum().item();
                    if (from == 0) {
                        measured.put("ratio_low", participation(state.low())).put("ratio_high", participation(state.high()));
                    }
                }
            }
            measured.put("accuracy", solved / test.inputs().size())
                    .put("places", right / test.inputs().size())
                    .put("residual_low", residuals.array("low"))
                    .put("residual_high", residuals.array("high"));
        }

        /// `tr(C)^2 / tr(C^2)` of the covariance over puzzles and places, in [1, D]; not a number for a state at rest.
        private static double participation(Tensor state) {
            var x = state.flatten(0, 1).to(DType.FLOAT64);
            var centred = x.sub(x.mean(true, 0));
            var covariance = centred.transpose(0, 1).matmul(centred);
            var trace = centred.square().sum().item();
            return trace * trace / covariance.square().sum().item();
        }
    }

    /// Root mean square of what each update changes.
    private static final class Residuals implements Reasoner.Listener {
        private final List<Double> low = new ArrayList<>();
        private final List<Double> high = new ArrayList<>();

        @Override
        public void updated(String module, Tensor before, Tensor after) {
            var change = after.sub(before).square().mean().sqrt().item();
            (module.equals("low") ? low : high).add(change);
        }

        double[] array(String module) {
            return (module.equals("low") ? low : high).stream().mapToDouble(Double::doubleValue).toArray();
        }
    }
}
