package io.evenkeel.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.gauntlet.Fault;
import io.evenkeel.gauntlet.FaultInjector;
import io.evenkeel.gauntlet.Strike;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.run.RunDirectory;
import io.evenkeel.run.RunEvent;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Several workers on one machine train what one does.
@Timeout(120)
class DataParallelTest {
    private static final String TINY = """
            model: {width: 32, depth: 1, heads: 2}
            data: {context: 32}
            train: {steps: 20, batchSize: 8, threads: 1, evalEverySteps: 0, heartbeat: 1s}
            checkpoint: {everySteps: 5, keep: 3}
            """;

    @TempDir
    Path directory;

    private static RunConfig config(String... sets) {
        return ConfigReader.read(TINY, "tiny.yaml", List.of(sets), RunConfig.defaults());
    }

    private TrainingRun.Context context(Interventions interventions) {
        return new TrainingRun.Context(TrainListener.SILENT, interventions, directory.resolve("cache"));
    }

    private Outcome train(String name, Interventions interventions, String... sets) {
        var path = directory.resolve(name);
        try (var run = TrainingRun.start(config(sets), path, null, List.of("test"), context(interventions))) {
            return run.train(new StopRequest(null));
        }
    }

    private double[] losses(String name) {
        return RunDirectory.open(directory.resolve(name))
                .metrics()
                .series(SeriesNames.LOSS)
                .values();
    }

    @Test
    void theLossIsThatOfOneWorkerButForTheOrderOfSums() {
        train("one", Interventions.NONE);
        for (var workers : List.of(2, 4)) {
            train("of-" + workers, Interventions.NONE, "train.workers=" + workers);
            var expected = losses("one");
            var actual = losses("of-" + workers);
            assertThat(actual).hasSameSizeAs(expected);
            for (var i = 0; i < expected.length; i++) {
                assertThat(actual[i]).as("step " + (i + 1)).isCloseTo(expected[i], within(1e-5 * expected[i]));
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameBitsAlsoWithDropout() {
        var whole = train("whole", Interventions.NONE, "train.workers=2", "model.dropout=0.1");
        var again = train("again", Interventions.NONE, "train.workers=2", "model.dropout=0.1");
        assertThat(again.stateHash()).isEqualTo(whole.stateHash());
    }

    @Test
    void aStoppedRunGoesOnToTheBit() {
        var whole = train("whole", Interventions.NONE, "train.workers=2", "model.dropout=0.1");
        var stop = new StopRequest(null);
        var stopping = new Interventions() {
            @Override
            public void afterUpdate(long step, TrainingState state) {
                if (step == 7) {
                    stop.stop("test");
                }
            }
        };
        var path = directory.resolve("cut");
        try (var run = TrainingRun.start(
                config("train.workers=2", "model.dropout=0.1"), path, null, List.of("test"), context(stopping))) {
            assertThat(run.train(stop).step()).isEqualTo(7);
        }
        try (var run = TrainingRun.resume(path, null, false, context(Interventions.NONE))) {
            assertThat(run.train(new StopRequest(null)).stateHash()).isEqualTo(whole.stateHash());
        }
    }

    @Test
    void aWorkerThatHangsIsLeftOutAndTheRunEndsAsItWouldHave() {
        var whole = train("whole", Interventions.NONE, "train.workers=4", "train.steps=60");
        var hung = new FaultInjector(new Strike(Fault.HUNG_WORKER, 50, 1));
        var outcome = train("hung", hung, "train.workers=4", "train.steps=60", "train.heartbeat=1s");
        assertThat(outcome.step()).isEqualTo(60);
        assertThat(outcome.stateHash()).as("parts are added in the same order").isEqualTo(whole.stateHash());
        var events = RunDirectory.open(directory.resolve("hung")).events();
        assertThat(events).extracting(RunEvent::kind).contains("Hang", "evict");
        var eviction = events.stream()
                .filter(event -> event.kind().equals("evict"))
                .findFirst()
                .orElseThrow();
        assertThat(eviction.details().path("rank").asInt()).isEqualTo(2);
        assertThat(eviction.text()).contains("worker 2 hangs in", "3 of 4 workers");
    }

    @Test
    void workersMustDivideTheBatch() {
        assertThatThrownBy(() -> config("train.workers=3"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("train.workers must divide batchSize (8) but was 3");
    }
}
