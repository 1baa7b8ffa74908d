package io.evenkeel.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.metric.Readings;
import io.evenkeel.probe.ProbeSet.Config;
import io.evenkeel.probe.ProbeSet.Selection;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.OneThread;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OneThread.class)
class ProbeSetTest {
    private static ProbeSet all() {
        var cadences = new LinkedHashMap<Probe, Long>();
        Probes.all().forEach(probe -> cadences.put(probe, 1L));
        return new ProbeSet(cadences);
    }

    private static ProbeSet none() {
        return new ProbeSet(new Config(Selection.NONE, Map.of()));
    }

    /// What measurements give, without what depends on the clock and the process.
    private static Map<String, Double> values(Readings readings) {
        var values = new TreeMap<String, Double>();
        readings.forEach((series, value) -> {
            if (!series.startsWith(ProbeSet.MILLIS) && !series.startsWith("time/") && !series.startsWith("memory/")) {
                values.put(series, value);
            }
        });
        return values;
    }

    @Test
    void trainingWithEveryProbeAtEveryStepHasTheSameBitsAsWithNone() {
        try (var plain = new Training();
                var probed = new Training();
                var none = none();
                var all = all()) {
            for (var step = 0; step < 4; step++) {
                plain.step(none);
                probed.step(all);
            }
            assertThat(probed.parameters.values().toFloats())
                    .containsExactly(plain.parameters.values().toFloats());
            assertThat(probed.dropout.state()).isEqualTo(plain.dropout.state());
            assertThat(plain.dropout.state().counter()).isPositive();
            assertThat(Engine.fusedAttention()).isTrue();
            probed.model.forEachModule(
                    (_, module) -> assertThat(module.training()).isTrue());
        }
    }

    @Test
    void whatIsEmittedIsDeclaredAndFinite() {
        try (var training = new Training();
                var all = all()) {
            training.step(all);
            var seen = new HashSet<String>();
            for (var step = 1; step < 3; step++) {
                training.step(all).forEach((series, value) -> {
                    seen.add(series);
                    assertThat(value).as(series).isFinite();
                });
            }
            var declared = Probes.catalogue().stream()
                    .flatMap(about -> about.series().stream())
                    .toList();
            assertThat(declared).doesNotHaveDuplicates();
            for (var series : seen) {
                assertThat(declared.stream().anyMatch(pattern -> matches(pattern, series))
                                || series.startsWith(ProbeSet.MILLIS))
                        .as(series)
                        .isTrue();
            }
            // Except where the model lacks what it takes (a recurrence) or nothing went wrong.
            var silent = declared.stream()
                    .filter(pattern -> seen.stream().noneMatch(series -> matches(pattern, series)))
                    .toList();
            assertThat(silent)
                    .containsExactlyInAnyOrder("lyapunov/max", "lyapunov/max/*", "grad/nonfinite/*", "loss/*");
        }
    }

    private static boolean matches(String pattern, String series) {
        var regex =
                List.of(pattern.split("\\*", -1)).stream().map(Pattern::quote).collect(Collectors.joining(".+"));
        return series.matches(regex);
    }

    @Test
    void everyMeasurementSaysWhatItTook() {
        try (var training = new Training();
                var all = all()) {
            var readings = training.step(all);
            for (var about : Probes.catalogue()) {
                assertThat(readings.get(ProbeSet.MILLIS + about.name())).isNotNegative();
            }
            assertThat(readings.get(ProbeSet.MILLIS + ProbeSet.FORWARD_PASS)).isPositive();
            assertThat(readings.get(ProbeSet.MILLIS + ProbeSet.UPDATE_COPY)).isPositive();
            assertThat(readings.get(ProbeSet.MILLIS + ProbeSet.LOSS_GRAPH)).isPositive();
        }
    }

    @Test
    void aRestoredSetGoesOnAsIfNeverInterrupted() {
        var expected = new ArrayList<Map<String, Double>>();
        JsonNode state;
        var tensors = new LinkedHashMap<String, Tensor>();
        try (var training = new Training();
                var probes = all()) {
            training.step(probes);
            training.step(probes);
            state = JsonMapper.shared().readTree(probes.state().toString());
            probes.tensors().forEach((name, tensor) -> tensors.put(name, tensor.copy()));
            for (var step = 0; step < 3; step++) {
                expected.add(values(training.step(probes)));
            }
        }
        assertThat(tensors).hasSizeGreaterThan(10);
        try (var training = new Training();
                var none = none();
                var probes = all()) {
            training.step(none);
            training.step(none);
            // What was kept before is forgotten.
            try (var other = new Training()) {
                other.step(probes);
            }
            probes.restore(state);
            assertThat(probes.tensors().keySet()).isEqualTo(tensors.keySet());
            probes.tensors().forEach((name, tensor) -> tensor.copy_(tensors.get(name)));
            for (var step = 0; step < 3; step++) {
                assertThat(values(training.step(probes))).isEqualTo(expected.get(step));
            }
        }
        tensors.values().forEach(Tensor::close);
    }

    @Test
    void aSetWithProbesOffCarriesWhatTheyKept() {
        try (var training = new Training();
                var on = all();
                var off = none()) {
            training.step(on);
            off.restore(on.state());
            assertThat(off.tensors().keySet()).isEqualTo(on.tensors().keySet());
            assertThat(off.state()).isEqualTo(on.state());
        }
    }

    @Test
    void nativeMemoryIsFlat() {
        try (var training = new Training();
                var probes = all()) {
            training.step(probes);
            training.step(probes);
            var bytes = Engine.nativeBytes();
            var objects = Engine.nativeObjects();
            for (var step = 0; step < 4; step++) {
                training.step(probes);
            }
            // Fewer where the collector has freed what other tests left.
            assertThat(Engine.nativeObjects()).isLessThanOrEqualTo(objects);
            assertThat(Engine.nativeBytes()).isLessThanOrEqualTo(bytes);
        }
    }

    @Test
    void probesAreDueAtMultiplesOfTheirCadence() {
        try (var probes = new ProbeSet(new Config(
                Selection.NONE, Map.of("gradient-norms", 10L, "directional-sharpness", 30L, "gradient-noise", 7L)))) {
            assertThat(probes.due(0))
                    .containsExactlyInAnyOrder(Moment.MICRO_BATCH, Moment.GRADIENTS, Moment.UPDATE, Moment.CURVATURE);
            assertThat(probes.due(10)).containsExactly(Moment.GRADIENTS);
            assertThat(probes.due(14)).containsExactlyInAnyOrder(Moment.MICRO_BATCH, Moment.GRADIENTS);
            assertThat(probes.due(60)).contains(Moment.UPDATE, Moment.CURVATURE);
            assertThat(probes.due(11)).isEmpty();
        }
        try (var none = none()) {
            assertThat(none.due(0)).isEmpty();
        }
    }

    @Test
    void aCheckpointProbeKeepsItsDistanceInSteps() {
        try (var probes = new ProbeSet(Map.of(new RepresentationDrift(), 3L));
                var training = new Training()) {
            var measured = new ArrayList<Long>();
            for (var step = 0; step < 9; step++) {
                var readings = training.step(probes); // checkpoints at 0, 2, 4, 6, 8
                if (readings.has(ProbeSet.MILLIS + "representation-drift")) {
                    measured.add(readings.step());
                }
            }
            assertThat(measured).containsExactly(0L, 4L, 8L);
        }
    }

    @Test
    void theDefaultSetIsPartOfAllAndCadencesAreOverridden() {
        var byDefault = Config.defaults().cadences(Probes.all());
        var everything = new Config(Selection.ALL, Map.of("memory", 7L, "sharpness", 0L)).cadences(Probes.all());
        byDefault.forEach((probe, cadence) -> assertThat(cadence)
                .isEqualTo(probe.about().byDefault() ? probe.about().everySteps() : 0));
        everything.forEach((probe, cadence) -> assertThat(cadence)
                .isEqualTo(
                        switch (probe.about().name()) {
                            case "memory" -> 7;
                            case "sharpness" -> 0;
                            default -> probe.about().everySteps();
                        }));
    }

    @Test
    void unknownNamesAndNegativeCadencesAreRefusedByName() {
        assertThatThrownBy(() -> new Config(Selection.DEFAULT, Map.of("gradient-norn", 5L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("everySteps must name probes \\(loss, .*\\) but was gradient-norn,"
                        + " did you mean gradient-norms?\\?");
        assertThatThrownBy(() -> new Config(Selection.DEFAULT, Map.of("sharpness", -1L)))
                .hasMessage("everySteps.sharpness must be >= 0 but was -1");
    }

    /// As part of a configuration file.
    record RunConfig(Config probes) {}

    @Test
    void cadencesAreReadFromAConfigurationFile() {
        var defaults = new RunConfig(Config.defaults());
        var read = ConfigReader.read(
                "probes: {set: all, everySteps: {sharpness: 500, memory: 0}}", "run.yaml", List.of(), defaults);
        assertThat(read.probes()).isEqualTo(new Config(Selection.ALL, Map.of("sharpness", 500L, "memory", 0L)));
        assertThatThrownBy(() ->
                        ConfigReader.read("probes: {everySteps: {sharpnes: 500}}", "run.yaml", List.of(), defaults))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did you mean sharpness?")
                .hasMessageContaining("run.yaml:1");
    }

    @Test
    void namesAreUniqueAndDescribed() {
        var catalogue = Probes.catalogue();
        assertThat(catalogue.stream().map(Probe.About::name)).doesNotHaveDuplicates();
        assertThat(catalogue).allSatisfy(about -> {
            assertThat(about.name()).matches("[a-z]+(-[a-z]+)*");
            assertThat(about.description()).isNotBlank().doesNotContain("\n");
            assertThat(about.series()).isNotEmpty();
        });
    }

    @Test
    void anExceptionGoesThroughAndLeavesNothingSwitched() {
        try (var model = new Fixture(new long[] {2});
                var _ = Scope.open()) {
            var failing = model.view(_ -> {
                throw new IllegalStateException("boom");
            });
            assertThatThrownBy(() -> Fixture.run(new OutputLogits(), failing)).hasMessage("boom");
            assertThatThrownBy(() -> Fixture.run(new Sharpness(), failing)).hasMessage("boom");
            assertThat(model.training()).isTrue();
            assertThat(Engine.fusedAttention()).isTrue();
        }
    }

    @Test
    void aPartInEvaluationModeStaysSo() {
        try (var model = new Fixture(new long[] {2});
                var _ = Scope.open()) {
            var frozen = model.reporter("frozen");
            frozen.train(false);
            Fixture.run(new OutputLogits(), model.view(batch -> {
                assertThat(model.training()).isFalse();
                frozen.report("logits", Tensors.zeros(1, 2, 3));
                return Tensors.zeros(1);
            }));
            assertThat(model.training()).isTrue();
            assertThat(frozen.training()).isFalse();
        }
    }

    @Test
    void theBenchMeasuresEveryProbeAndSharesPasses() {
        try (var training = new Training();
                var none = none();
                var _ = Scope.open()) {
            training.step(none);
            var before = training.parameters.values().toFloats();
            var view = training.view(List.of(training.batch()), 1, 1);
            var result = ProbeBench.measure(view, 50, 1000, 2);
            assertThat(training.parameters.values().toFloats()).containsExactly(before);
            var rows = result.rows().stream().collect(Collectors.toMap(ProbeBench.Row::probe, row -> row));
            assertThat(rows.keySet())
                    .containsAll(
                            Probes.catalogue().stream().map(Probe.About::name).toList())
                    .contains(ProbeSet.FORWARD_PASS, ProbeSet.UPDATE_COPY, ProbeSet.LOSS_GRAPH);
            assertThat(rows.get("sharpness").everySteps()).isEqualTo(1000);
            assertThat(rows.get("representation-drift").everySteps()).isEqualTo(1000);
            // Steps 0, 200, 400, 500, 600, 800 of each 1000.
            assertThat(rows.get(ProbeSet.FORWARD_PASS).everySteps()).isEqualTo(1000 / 6.0);
            assertThat(rows.get(ProbeSet.FORWARD_PASS).byDefault()).isTrue();
            assertThat(rows.get(ProbeSet.LOSS_GRAPH).byDefault()).isFalse();
            var sum = result.rows().stream().mapToDouble(ProbeBench.Row::share).sum();
            assertThat(result.allShare()).isCloseTo(sum, within(1e-9));
            assertThat(result.defaultShare()).isPositive().isLessThan(result.allShare());
        }
    }
}
