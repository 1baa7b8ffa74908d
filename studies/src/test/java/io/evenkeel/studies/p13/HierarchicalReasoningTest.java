package io.evenkeel.studies.p13;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.loss.StableMax;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Parameters;
import io.evenkeel.nn.Precision;
import io.evenkeel.optim.OptimizerConfig;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Reference checks of the specification.
///
/// @paper P13
class HierarchicalReasoningTest {
    private static Reasoner.Config config(Reasoner.Kind kind, boolean throughTime) {
        return new Reasoner.Config(kind, 24, 2, 32, 2, 2, 2, throughTime);
    }

    private static Reasoner model(Reasoner.Config config) {
        return new Reasoner(config, 5, 5, 16, RandomStream.of(1, "start"));
    }

    /// Four updates of the fast module and two of the slow one, the last of each with a gradient.
    @Test
    void updatesOfASegment() {
        try (var _ = Scope.open()) {
            var model = model(config(Reasoner.Kind.HIERARCHICAL, false));
            try (var _ = Parameters.materialize(model, RandomStream.of(2, "init"))) {
                var updates = new ArrayList<String>();
                var e = model.embedding(Tensors.randint(RandomStream.of(3, "puzzle"), 5, 2, 16));
                model.segment(model.start(2, 16), e, (module, _, after) -> updates.add(module + after.requiresGrad()));
                assertThat(updates)
                        .containsExactly("lowfalse", "lowfalse", "highfalse", "lowfalse", "lowtrue", "hightrue");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void statesHaveUnitPower(Reasoner.Kind kind) {
        try (var _ = Scope.open()) {
            var model = model(config(kind, false));
            try (var _ = Parameters.materialize(model, RandomStream.of(2, "init"))) {
                var e = model.embedding(Tensors.randint(RandomStream.of(3, "puzzle"), 5, 2, 16));
                var state = model.segment(model.start(2, 16), e, null);
                var power = state.high().detach().square().mean(false, -1);
                assertThat(power.sub(1).abs().amax().item()).isLessThan(1e-3);
                // halting begins at sigmoid(-5) for both
                assertThat(model.halting(state).detach().sigmoid().toDoubles())
                        .containsOnly(model.halting(state).detach().sigmoid().toDoubles()[0])
                        .satisfies(q -> assertThat(q[0]).isCloseTo(0.0066929, within(1e-6)));
            }
        }
    }

    /// A gradient through the whole segment is another one than that of its last updates.
    @Test
    void gradients() {
        var last = gradient(false);
        var whole = gradient(true);
        assertThat(last).isNotEqualTo(whole);
        assertThat(Arrays.stream(last).map(Math::abs).sum()).isPositive();
    }

    private static double[] gradient(boolean throughTime) {
        try (var _ = Scope.open()) {
            var model = model(config(Reasoner.Kind.HIERARCHICAL, throughTime));
            try (var parameters = Parameters.materialize(model, RandomStream.of(2, "init"))) {
                var e = model.embedding(Tensors.randint(RandomStream.of(3, "puzzle"), 5, 2, 16));
                model.logits(model.segment(model.start(2, 16), e, null)).square().sum().backward();
                return parameters.all().stream()
                        .filter(each -> each.name().equals("low.blocks.0.up.weight"))
                        .findFirst()
                        .orElseThrow()
                        .gradient()
                        .toDoubles();
            }
        }
    }

    private static double[] stableMax(float... logits) {
        try (var _ = Scope.open()) {
            return StableMax.logProbabilities(Tensors.of(logits, 1, logits.length)).exp().toDoubles();
        }
    }

    @Test
    void stableMax() {
        assertThat(stableMax(0, 0)).containsExactly(0.5, 0.5);
        assertThat(stableMax(1, 0)).containsExactly(new double[] {0.6667, 0.3333}, within(5e-5));
        assertThat(stableMax(2, 0, -1)).containsExactly(new double[] {0.6667, 0.2222, 0.1111}, within(5e-5));
        assertThat(stableMax(1e6f, -1e6f)[1]).isPositive();
    }

    /// At a logit of exactly one, where the other branch has a pole.
    @Test
    void stableMaxHasAGradientEverywhere() {
        try (var _ = Scope.open()) {
            var x = Tensors.of(new float[] {1, 0, -1, 3}, 1, 4).requiresGrad(true);
            StableMax.logProbabilities(x).narrow(1, 0, 1).sum().backward();
            assertThat(Objects.requireNonNull(x.grad()).isfinite().to(DType.FLOAT32).amin().item()).isEqualTo(1);
        }
    }

    /// lr atan(0.1) / 0.1 for any gradient but zero, and nothing for that.
    @Test
    void firstStepOfAdamAtan2() {
        for (var gradient : new double[] {3e-9, 1, 4e7, 0}) {
            try (var _ = Scope.open()) {
                var layer = new Linear(1, 1, false, Initializer.ZEROS, Precision.FP32);
                var rule = List.of("type=adam-atan2", "lr=1e-3", "weightDecay=0", "clip.type=none");
                try (var parameters = Parameters.materialize(layer, RandomStream.of(1, "init"));
                        var optimizer = ConfigReader.read(rule, OptimizerConfig.defaults()).build(parameters)) {
                    layer.forward(Tensors.full(gradient, DType.FLOAT32, 1, 1)).sum().backward();
                    optimizer.step(1, parameters.gradientNorm());
                    assertThat(layer.weight().value().item())
                            .isCloseTo(gradient == 0 ? 0 : -0.9966865e-3, within(1e-9));
                }
            }
        }
    }

    @Test
    void sudokuGrids() {
        var grids = Puzzles.grids();
        assertThat(grids).hasSize(288);
        for (var grid : grids) {
            for (var place = 0; place < 16; place++) {
                var others = grid.clone();
                others[place] = 0;
                assertThat(Puzzles.fits(others, place, grid[place])).isTrue();
            }
        }
    }

    @Test
    void sudokuPuzzles() {
        var split = Puzzles.sudoku(200, 50, RandomStream.of(5, "puzzles"));
        var known = split.train().labels().stream().map(Arrays::hashCode).toList();
        assertThat(split.test().labels().stream().map(Arrays::hashCode)).doesNotContainAnyElementsOf(known);
        for (var i = 0; i < 200; i++) {
            var puzzle = split.train().inputs().get(i);
            var answer = split.train().labels().get(i);
            assertThat(Arrays.stream(puzzle).filter(cell -> cell != 0).count()).isEqualTo(6);
            for (var place = 0; place < 16; place++) {
                assertThat(puzzle[place] == 0 || puzzle[place] == answer[place]).isTrue();
            }
        }
    }

    /// The marked cells lead from start to goal over free cells, one after another.
    @Test
    void symmetriesKeepSudokuValidAndReachEveryGrid() {
        var random = RandomStream.of(7, "symmetry");
        var all = Puzzles.grids().stream().map(Arrays::toString).collect(Collectors.toSet());
        var classes = new ArrayList<Integer>();
        var left = new TreeSet<>(all);
        while (!left.isEmpty()) {
            var first = Puzzles.grids().stream()
                    .filter(grid -> left.contains(Arrays.toString(grid)))
                    .findFirst()
                    .orElseThrow();
            var reached = new TreeSet<String>();
            for (var i = 0; i < 5000; i++) {
                reached.add(Arrays.toString(SudokuSymmetry.draw(random).apply(first)));
            }
            assertThat(all).containsAll(reached);
            classes.add(reached.size());
            left.removeAll(reached);
        }
        assertThat(classes).containsExactlyInAnyOrder(192, 96);
        var move = SudokuSymmetry.draw(random);
        var puzzles = Puzzles.sudoku(1, 1, random).train();
        var puzzle = move.apply(puzzles.inputs().getFirst());
        var answer = move.apply(puzzles.labels().getFirst());
        assertThat(IntStream.range(0, 16).filter(i -> puzzle[i] != 0)).hasSize(6).allMatch(i -> puzzle[i] == answer[i]);
    }

    @Test
    void mazes() {
        var mazes = Puzzles.mazes(9, 50, 1, RandomStream.of(6, "mazes")).train();
        for (var i = 0; i < 50; i++) {
            var cells = mazes.inputs().get(i);
            var path = mazes.labels().get(i);
            var ends = 0;
            for (var cell = 0; cell < 81; cell++) {
                if (path[cell] == 1) {
                    var neighbours = 0;
                    neighbours += cell % 9 > 0 && path[cell - 1] == 1 ? 1 : 0;
                    neighbours += cell % 9 < 8 && path[cell + 1] == 1 ? 1 : 0;
                    neighbours += cell >= 9 && path[cell - 9] == 1 ? 1 : 0;
                    neighbours += cell < 72 && path[cell + 9] == 1 ? 1 : 0;
                    assertThat(cells[cell]).isNotZero();
                    assertThat(neighbours).isEqualTo(cells[cell] >= 2 ? 1 : 2);
                    ends += cells[cell] >= 2 ? 1 : 0;
                }
            }
            assertThat(ends).isEqualTo(2);
        }
    }

    @Test
    void statisticsOfResiduals() {
        assertThat(HierarchicalReasoning.setOff(new double[] {9, 1, 3, 1, 3, 1})).isEqualTo(3);
        assertThat(HierarchicalReasoning.shrinking(new double[] {4, 3, 3.5, 1, 0.5})).isEqualTo(0.75);
    }
}
