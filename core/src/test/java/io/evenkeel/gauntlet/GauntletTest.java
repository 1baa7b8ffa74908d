package io.evenkeel.gauntlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunEvent;
import io.evenkeel.train.Outcome;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.SkippedReplay;
import io.evenkeel.train.StopRequest;
import io.evenkeel.train.TrainListener;
import io.evenkeel.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Faults end to end: injected into real runs, which must notice, repair themselves and account for it.
class GauntletTest {
    private static final String TINY = """
            model: {width: 32, depth: 1, heads: 2}
            data: {context: 32}
            train: {steps: 150, batchSize: 8, threads: 1, evalEverySteps: 0}
            checkpoint: {everySteps: 10, keep: 3}
            """;
    private static final int AT = 71;

    @TempDir
    Path directory;

    private static RunConfig config() {
        return ConfigReader.read(TINY, "tiny.yaml", List.of(), RunConfig.defaults());
    }

    private Outcome train(String name, Fault fault) {
        return train(name, fault, 1);
    }

    private Outcome train(String name, Fault fault, long seed) {
        var injector = new FaultInjector(new Strike(fault, AT, seed));
        var context = new TrainingRun.Context(TrainListener.SILENT, injector, directory.resolve("cache"));
        try (var run = TrainingRun.start(config(), directory.resolve(name), null, List.of("test"), context)) {
            return run.train(new StopRequest(null));
        }
    }

    private Outcome undisturbed() {
        return train("undisturbed", Fault.CLOCK_JUMP);
    }

    private List<RunEvent> events(String name) {
        return RunDirectory.open(directory.resolve(name)).events();
    }

    @Test
    void aBadBatchCostsItsOwnStepAndIsListed() {
        var outcome = train("run", Fault.NAN_BATCH);
        assertThat(outcome.verdict()).isEqualTo("recovered");
        var account = Account.of(directory.resolve("run"), AT);
        assertThat(account.detectedAfterSteps()).isZero();
        assertThat(account.action()).isEqualTo("skip-step");
        assertThat(account.stepsLost()).isEqualTo(1);
        assertThat(account.survived()).isTrue();
        var skip = events("run").stream()
                .filter(event -> event.kind().equals("skip-step"))
                .findFirst()
                .orElseThrow();
        assertThat(skip.step()).isEqualTo(AT);
        assertThat(skip.details().path("data").size())
                .as("examples of the step")
                .isEqualTo(8);
        assertThat(skip.details().path("positions").get(0).path("from").asLong())
                .isEqualTo((AT - 1) * 8);
        assertThat(events("run").stream().map(RunEvent::kind)).contains("NonFinite", "recovered");
        var replayed = SkippedReplay.of(RunDirectory.open(directory.resolve("run")), directory.resolve("cache"));
        assertThat(replayed).hasSize(8).allSatisfy(line -> {
            assertThat(line.step()).isEqualTo(AT);
            assertThat(line.loss()).as("the fault was not in the text").isBetween(1.0, 4.0);
            assertThat(line.text()).isNotBlank();
        });
        var first = skip.details().path("data").get(0);
        assertThat(replayed.getFirst().document())
                .isEqualTo(first.path("document").asString());
        assertThat(replayed.getFirst().offset()).isEqualTo(first.path("offset").asLong());
    }

    @Test
    void allOfABadStretchIsLeftOut() {
        train("run", Fault.WRONG_LABELS);
        var account = Account.of(directory.resolve("run"), AT);
        assertThat(account.action()).isEqualTo("skip-step");
        assertThat(account.stepsLost())
                .as("the first one may pass before it is plain")
                .isBetween(FaultInjector.LONG_STEPS - 1L, (long) FaultInjector.LONG_STEPS);
    }

    /// What the machine did wrong once is healed by doing the same steps again: the weights end with the very bits
    /// of the undisturbed run.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void hurtWeightsAreRestoredToTheBit(long seed) {
        var hash = undisturbed().stateHash();
        var outcome = train("run", Fault.BIT_FLIP_WEIGHT, seed);
        assertThat(Account.of(directory.resolve("run"), AT).action()).isIn("rollback", "skip-step+rollback");
        assertThat(outcome.stateHash()).isEqualTo(hash);
        assertThat(outcome.verdict()).isEqualTo("recovered");
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL_DISK", "UNWRITABLE_DIRECTORY"})
    void storageThatFailsForAWhileIsAnEventAndChangesNothing(Fault fault) {
        var hash = undisturbed().stateHash();
        var outcome = train("run", fault);
        assertThat(outcome.stateHash()).isEqualTo(hash);
        assertThat(events("run").stream().map(RunEvent::kind)).contains("checkpoint-failed");
    }

    @Test
    void withoutAGuardTheSameFaultIsFatal() {
        var config = config().withGuard(Protection.OFF.guard(config().guard()));
        var context = new TrainingRun.Context(
                TrainListener.SILENT,
                new FaultInjector(new Strike(Fault.NAN_BATCH, AT, 1)),
                directory.resolve("cache"));
        try (var run = TrainingRun.start(config, directory.resolve("run"), null, List.of("test"), context)) {
            assertThat(run.train(new StopRequest(null)).verdict()).isEqualTo("dead");
        }
        assertThat(Account.of(directory.resolve("run"), AT).survived()).isFalse();
    }

    @Test
    void theReportHoldsWhatIsAskedAgainstWhatWasFound() {
        var lines = new ArrayList<String>();
        var options = new Gauntlet.Options(
                config(), List.of(Fault.NAN_BATCH, Fault.BIT_FLIP_WEIGHT), 1, 1, 1, directory.resolve("runs"));
        var report = new Gauntlet(
                        options,
                        (_, _, _, _) -> {
                            throw new AssertionError("no fault here ends a process");
                        },
                        directory.resolve("cache"),
                        lines::add)
                .run();
        assertThat(report.passed()).as(report.table()).isTrue();
        assertThat(report.faults()).extracting(GauntletReport.Row::guard).containsExactly(false, true, false, true);
        assertThat(report.restarts()).hasSize(2);
        assertThat(report.cleanRuns()).isEqualTo(2);
        assertThat(report.falseActions()).isZero();
        assertThat(lines).hasSize(8);
        assertThat(report.table()).contains("nan-batch", "skip-step", "pass");
        assertThatThrownBy(() -> new Gauntlet(options, (_, _, _, _) -> {}, directory, lines::add).run())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be new or empty");
    }

    @Test
    void aStrikeReadsWhatItWrites() {
        for (var fault : Fault.values()) {
            var strike = new Strike(fault, 12, 7);
            assertThat(Strike.parse(strike.toString())).isEqualTo(strike);
        }
        for (var wrong : List.of("nan-batch", "nan-batch@x:1", "nan-batch@1:1:1", "")) {
            assertThatThrownBy(() -> Strike.parse(wrong))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("FAULT@STEP:SEED");
        }
        assertThatThrownBy(() -> Strike.parse("none@1:1")).hasMessageContaining("nan-batch, inf-batch");
    }
}
