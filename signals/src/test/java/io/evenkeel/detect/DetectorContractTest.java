package io.evenkeel.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import io.evenkeel.testing.Property;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// What every detector promises.
class DetectorContractTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private static final Map<EventKind, Supplier<Detector>> DETECTORS = new LinkedHashMap<>();

    static {
        DETECTORS.put(EventKind.NON_FINITE, () -> new NonFinite(NonFinite.Config.defaults()));
        DETECTORS.put(EventKind.LOSS_SPIKE, () -> new LossSpike(LossSpike.Config.defaults()));
        DETECTORS.put(EventKind.GRADIENT_SPIKE, () -> new GradientSpike(GradientSpike.Config.defaults()));
        DETECTORS.put(EventKind.DIVERGENCE, () -> new Divergence(Divergence.Config.defaults()));
        DETECTORS.put(EventKind.STUCK, () -> new Stuck(Stuck.Config.defaults()));
        DETECTORS.put(EventKind.PLATEAU, () -> new Plateau(Plateau.Config.defaults()));
        DETECTORS.put(EventKind.LOGIT_GROWTH, () -> new LogitGrowth(LogitGrowth.Config.defaults()));
        DETECTORS.put(EventKind.OUTPUT_LOGIT_DRIFT, () -> new OutputLogitDrift(OutputLogitDrift.Config.defaults()));
        DETECTORS.put(EventKind.ENTROPY_COLLAPSE, () -> new EntropyCollapse(EntropyCollapse.Config.defaults()));
        DETECTORS.put(EventKind.DEAD_UNITS, () -> new DeadUnits(DeadUnits.Config.defaults()));
        DETECTORS.put(EventKind.RANK_COLLAPSE, () -> new RankCollapse(RankCollapse.Config.defaults()));
        DETECTORS.put(EventKind.UPDATE_RATIO, () -> new UpdateRatio(UpdateRatio.Config.defaults()));
        DETECTORS.put(EventKind.EDGE_OF_STABILITY, () -> new EdgeOfStability(EdgeOfStability.Config.defaults()));
        DETECTORS.put(EventKind.LOSS_SCALE_DEATH, () -> new LossScaleDeath(LossScaleDeath.Config.defaults()));
        DETECTORS.put(EventKind.PRECISION_LOSS, () -> new PrecisionLoss(PrecisionLoss.Config.defaults()));
        DETECTORS.put(EventKind.OVERFIT, () -> new Overfit(Overfit.Config.defaults()));
        DETECTORS.put(EventKind.STABILITY_GAP, () -> new StabilityGap(StabilityGap.Config.defaults()));
        DETECTORS.put(EventKind.THROUGHPUT_DECAY, () -> new ThroughputDecay(ThroughputDecay.Config.defaults()));
        DETECTORS.put(EventKind.STRAGGLER, () -> new Straggler(Straggler.Config.defaults()));
        DETECTORS.put(EventKind.HANG, () -> new Hang(Hang.Config.defaults()));
        DETECTORS.put(EventKind.DRIFT, () -> new Drift(Drift.Config.defaults()));
    }

    /// A run in which everything goes wrong now and then, so that every detector has something to say.
    private static List<Readings> eventful(RandomStream random, int points, double badShare) {
        var run = new ArrayList<Readings>();
        double loss = 10;
        double shift = 0;
        for (var t = 1; t <= points; t++) {
            boolean first = t < points / 2;
            shift = random.nextInt(60) == 0 ? 3 * random.nextDouble() : random.nextInt(25) == 0 ? 0 : shift;
            loss = 2 + 8 * Math.pow(1 + t / 30.0, -0.6);
            double noise = Math.exp(0.05 * random.nextGaussian());
            double late = first ? 0 : (t - points / 2.0) / points;
            var readings = new Readings(t, 1e9 + t)
                    .put(SeriesNames.LOSS, (loss + shift) * noise)
                    .put(SeriesNames.LR, 1e-3 * Math.min(1, t / 20.0))
                    .put(SeriesNames.GRAD_NORM, noise * (shift > 0 ? 20 : 1))
                    .put("grad/norm/embed", noise * (1 + 20 * late))
                    .put(SeriesNames.MAX_ATTENTION_LOGIT, 5 * Math.exp(18 * late))
                    .put(SeriesNames.LOG_Z, 10 + 400 * late)
                    .put("attention/entropy_relative_mean/b0", 0.8 * Math.exp(-8 * late))
                    .put("activation/dead/b0", Math.min(1, 0.1 + 2 * late))
                    .put("rank/activation/b0", 1 + 30 * Math.exp(-20 * late))
                    .put(SeriesNames.UPDATE_RATIO, 1e-3 * Math.exp(20 * late))
                    .put(SeriesNames.SHARPNESS_RATIO, 0.3 + 4 * late)
                    .put(SeriesNames.LOSS_SCALE, Math.max(1, 65536 * Math.exp(-60 * late)))
                    .put("precision/float16_overflow/b0", late)
                    .put(SeriesNames.DATA_PHASE, first ? 0 : 1)
                    .put(SeriesNames.TOKENS_PER_SECOND, first ? 1000 : 800);
            if (t % 5 == 0) {
                readings.put(SeriesNames.VAL_LOSS, first ? loss : loss + 6 * late);
            }
            for (var rank = 0; rank < 4; rank++) {
                readings.put("worker/step_ms/" + rank, rank == 1 && !first ? 150 : 100 + rank);
                readings.put("worker/heartbeat_age_s/" + rank, rank == 2 && t > 0.9 * points ? 20 : 1);
                readings.put("worker/step/" + rank, t);
            }
            if (random.nextDouble() < badShare) {
                readings.put(SeriesNames.LOSS, Double.NaN).put(SeriesNames.GRAD_NORM, Double.POSITIVE_INFINITY);
            }
            run.add(readings);
        }
        return run;
    }

    @Test
    void everyKindOfEventHasItsDetectorWhichSpeaksUnderItsName() {
        assertThat(DETECTORS.keySet()).containsExactlyInAnyOrder(EventKind.values());
        var run = eventful(RandomStream.of(1, "run"), 600, 0.02);
        var late = Replays.values(300, _ -> 6.9);
        DETECTORS.forEach((kind, make) -> {
            var detector = make.get();
            var events = new ArrayList<Event>();
            run.forEach(readings -> events.addAll(detector.observe(readings)));
            if (events.isEmpty()) {
                // Stuck and plateau are of other runs.
                events.addAll(Replays.loss(make.get(), late));
                events.addAll(Replays.loss(make.get(), Replays.values(3000, i -> Math.max(3, 10 - 0.02 * i))));
            }
            assertThat(events).as(kind.label()).isNotEmpty();
            assertThat(events).extracting(Event::kind).containsOnly(kind);
            assertThat(events).allSatisfy(event -> {
                assertThat(event.since()).isLessThanOrEqualTo(event.step());
                assertThat(event.subject()).isNotEmpty();
                assertThat(event.evidence()).isNotEmpty().doesNotContain("\n");
            });
        });
    }

    /// Cut anywhere, saved as text and read back, every detector goes on as if nothing had happened.
    @Test
    void goesOnFromItsStateBitForBit() {
        Property.check(12, random -> {
            var run = eventful(random, 300, 0.03);
            for (var make : DETECTORS.values()) {
                var whole = make.get();
                var parts = make.get();
                int cut = random.nextInt(run.size());
                for (var t = 0; t < run.size(); t++) {
                    var expected = whole.observe(run.get(t));
                    if (t == cut || t == cut / 2) {
                        var text = JSON.writeValueAsString(parts.state());
                        parts = make.get();
                        parts.restore(JSON.readTree(text));
                    }
                    assertThat(parts.observe(run.get(t))).isEqualTo(expected);
                }
                assertThat(JSON.writeValueAsString(parts.state())).isEqualTo(JSON.writeValueAsString(whole.state()));
            }
        });
    }

    @Test
    void allDetectorsTogetherGoOnToo() {
        var run = eventful(RandomStream.of(5, "run"), 300, 0.03);
        var whole = Detectors.defaults();
        var parts = Detectors.defaults();
        var judged = new Judge(Judge.Config.defaults());
        var judgedInParts = new Judge(Judge.Config.defaults());
        for (var t = 0; t < run.size(); t++) {
            if (t % 50 == 49) {
                var text = JSON.writeValueAsString(parts.state());
                parts = Detectors.defaults();
                parts.restore(JSON.readTree(text));
                text = JSON.writeValueAsString(judgedInParts.state());
                judgedInParts = new Judge(Judge.Config.defaults());
                judgedInParts.restore(JSON.readTree(text));
            }
            var expected = whole.observe(run.get(t));
            var events = parts.observe(run.get(t));
            assertThat(events).isEqualTo(expected);
            judged.observe(run.get(t), expected);
            judgedInParts.observe(run.get(t), events);
            assertThat(judgedInParts.judgement()).isEqualTo(judged.judgement());
        }
        assertThat(parts.typical(SeriesNames.GRAD_NORM)).isEqualTo(whole.typical(SeriesNames.GRAD_NORM));
        assertThatThrownBy(() -> whole.restore(JSON.createObjectNode()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("state of detectors must have NonFinite but it was missing");
        assertThatThrownBy(() -> new Stuck(Stuck.Config.defaults())
                        .restore(JSON.createArrayNode().add(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("state of Stuck cannot be read");
    }

    /// A point that is not finite costs its own step only: with it or without it, the rest of the run is judged
    /// alike.
    @Test
    void aValueThatIsNotFiniteLeavesNoTrace() {
        Property.check(10, random -> {
            var run = eventful(random, 300, 0);
            for (var entry : DETECTORS.entrySet()) {
                if (entry.getKey() == EventKind.NON_FINITE) {
                    continue;
                }
                var clean = entry.getValue().get();
                var dirty = entry.getValue().get();
                for (var readings : run) {
                    var expected = clean.observe(readings);
                    if (random.nextInt(10) == 0) {
                        assertThat(dirty.observe(ruined(readings, random))).isEmpty();
                    }
                    assertThat(dirty.observe(readings))
                            .as(entry.getKey().label())
                            .isEqualTo(expected);
                }
            }
        });
    }

    private static Readings ruined(Readings readings, RandomStream random) {
        var bad = new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        var ruined = new Readings(readings.step(), Double.NaN);
        readings.forEach((series, _) -> {
            // An infinite heartbeat age is a dead worker, not a bad reading.
            if (!series.startsWith("worker/")) {
                ruined.put(series, bad[random.nextInt(3)]);
            }
        });
        return ruined;
    }

    @Test
    void stateStaysSmall() {
        var detectors = Detectors.defaults();
        var random = RandomStream.of(8, "long");
        var sizes = new ArrayList<Integer>();
        for (var part = 0; part < 4; part++) {
            for (var readings : eventful(random, 4000, 0.01)) {
                detectors.observe(readings);
            }
            sizes.add(JSON.writeValueAsString(detectors.state()).length());
        }
        assertThat(sizes.getLast()).isLessThan(200_000);
        assertThat(sizes.getLast()).isLessThan(2 * sizes.getFirst());
    }

    @Test
    void boundsOfConfigurationsSayWhatIsWrong() {
        refused(() -> new Divergence.Config(3, 0.5, 0.75, 0.05, 6), "points must be >= 4 but was 3");
        refused(() -> new Divergence.Config(8, 1, 0.75, 0.05, 6), "share must be in (0, 1) but was 1");
        refused(() -> new Divergence.Config(8, 0.5, 0.75, 0.05, Double.NaN), "noiseSigmas must be > 0 but was NaN");
        refused(() -> new NonFinite.Config(0), "fatalAfter must be >= 1 but was 0");
        refused(() -> new LossSpike.Config(4, 12, 8, 0.02, 0.25, 32), "window must be >= 8 but was 4");
        refused(() -> new LossSpike.Config(64, 12, -1, 0.02, 0.25, 32), "sigmas must be > 0 but was -1");
        refused(() -> new LossSpike.Config(16, 32, 8, 0.02, 0.25, 32), "minHistory must be <= window = 16 but was 32");
        refused(() -> new GradientSpike.Config(64, 12, 8, 1, 50, 32), "ratio must be > 1 but was 1");
        refused(() -> new GradientSpike.Config(16, 32, 8, 5, 50, 32), "minHistory must be <= window = 16 but was 32");
        refused(() -> new Stuck.Config(0.05, 60, 60), "damagedPoints must be >= 61 but was 60");
        refused(() -> new Plateau.Config(0), "share must be in (0, 1) but was 0");
        refused(() -> new LogitGrowth.Config(1e4, 1e3, 3), "damaged must be > 10000 but was 1000");
        refused(() -> new OutputLogitDrift.Config(0, 1, 3), "watch must be > 0 but was 0");
        refused(() -> new EntropyCollapse.Config(0.1, 2, 32, 3), "fall must be in (0, 1) but was 2");
        refused(() -> new DeadUnits.Config(0.9, 0.5, 3), "damaged must be > 0.9 but was 0.5");
        refused(() -> new RankCollapse.Config(1, 0.75, 64, 3), "least must be > 1 but was 1");
        refused(() -> new UpdateRatio.Config(1e-5, 0.1, -1, 8), "skipPoints must be >= 0 but was -1");
        refused(() -> new EdgeOfStability.Config(1, 0.5, 3), "watch must be > 1 but was 0.5");
        refused(() -> new LossScaleDeath.Config(64, 1, 1), "halvings must be >= 2 but was 1");
        refused(() -> new PrecisionLoss.Config("", 1e-6, 0.5, 0.25, 2), "mostUnderflow must be > 0.5 but was 0.25");
        refused(() -> new Overfit.Config(3, 0.01), "evaluations must be >= 4 but was 3");
        refused(() -> new StabilityGap.Config(0.05, 1), "patience must be >= 2 but was 1");
        refused(() -> new ThroughputDecay.Config(4, 0.05), "points must be >= 8 but was 4");
        refused(() -> new Straggler.Config(12, 0, 3), "slower must be > 0 but was 0");
        refused(() -> new Hang.Config(5, 1, 20), "missed must be > 1 but was 1");
        refused(() -> new Drift.Config(64, 8, 1, 4, 3), "factor must be > 1 but was 1");
        refused(() -> new Judge.Config(0, 3), "minPoints must be >= 1 but was 0");
    }

    private static void refused(Runnable make, String message) {
        assertThatThrownBy(make::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
