package io.evenkeel.detect;

import static io.evenkeel.detect.Event.Severity.DAMAGED;
import static io.evenkeel.detect.Event.Severity.FATAL;
import static io.evenkeel.detect.Event.Severity.NOTE;
import static io.evenkeel.detect.Event.Severity.WATCH;
import static io.evenkeel.detect.Replays.replay;
import static io.evenkeel.detect.Replays.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// Detectors that judge every series of a family by itself.
class SeriesDetectorsTest {
    private final RandomStream random = RandomStream.of(1, "series");

    /// `10 exp(0.02 t)`: 1e4 at t = ln(1000) / 0.02 = 345.4.
    @Test
    void growingLogitsAreToldWithTheTimeThatIsLeft() {
        var detector = new LogitGrowth(LogitGrowth.Config.defaults());
        var growing = values(400, t -> 10 * Math.exp(0.02 * t));
        var events = replay(detector, "attention/max_logit/blocks.0.attention", growing);
        assertThat(events).extracting(Event::severity).containsExactly(WATCH, DAMAGED);
        var warning = events.getFirst();
        assertThat(warning.step()).isBetween(170L, 180L);
        assertThat(warning.step() - 1 + warning.numbers().get("stepsToBound")).isCloseTo(345.4, within(1.0));
        assertThat(warning.subject()).isEqualTo("attention/max_logit/blocks.0.attention");
        assertThat(events.getLast().step()).isBetween(346L, 350L);
        assertThat(replay(
                        new LogitGrowth(LogitGrowth.Config.defaults()),
                        SeriesNames.MAX_ATTENTION_LOGIT,
                        values(2000, t -> 5 + 3 * Math.log1p(t) + random.nextGaussian())))
                .as("growth that slows down")
                .isEmpty();
    }

    @Test
    void thinnedGrowthIsToldInSteps() {
        var detector = new LogitGrowth(LogitGrowth.Config.defaults());
        var events = new ArrayList<Event>();
        for (var i = 0; i < 60 && events.isEmpty(); i++) {
            events.addAll(detector.observe(
                    new Readings(100L * i, Double.NaN).put(SeriesNames.MAX_ATTENTION_LOGIT, 10 * Math.exp(0.2 * i))));
        }
        assertThat(events.getFirst().step() + events.getFirst().numbers().get("stepsToBound"))
                .isCloseTo(3454, within(10.0));
    }

    @Test
    void outputLogitsThatDriftEitherWay() {
        var config = OutputLogitDrift.Config.defaults();
        assertThat(replay(new OutputLogitDrift(config), SeriesNames.LOG_Z, values(500, t -> 10.8 - 0.4 * t)))
                .extracting(Event::severity)
                .containsExactly(WATCH, DAMAGED);
        assertThat(replay(
                        new OutputLogitDrift(config), SeriesNames.LOG_Z, values(500, _ -> 10 + random.nextGaussian())))
                .isEmpty();
    }

    @Test
    void attentionEntropy() {
        var config = EntropyCollapse.Config.defaults();
        var mean = "attention/entropy_relative_mean/blocks.3";
        assertThat(replay(new EntropyCollapse(config), mean, values(60, t -> Math.max(0.05, 0.9 - 0.02 * t))))
                .extracting(Event::severity)
                .containsExactly(WATCH, DAMAGED);
        assertThat(replay(new EntropyCollapse(config), mean, values(300, t -> 0.9 - 0.002 * t)))
                .as("slow sharpening to a third")
                .isEmpty();
        assertThat(replay(
                        new EntropyCollapse(config), "attention/entropy_relative_min/blocks.3", 0.01, 0.01, 0.01, 0.01))
                .extracting(Event::severity)
                .containsExactly(NOTE);
    }

    @Test
    void deadUnitsWithHysteresis() {
        var detector = new DeadUnits(DeadUnits.Config.defaults());
        var events = replay(detector, "activation/dead/mlp", values(60, t -> t < 10 ? 0.2 : t < 30 ? 0.95 : 0.1));
        assertThat(events).extracting(Event::severity).containsExactly(DAMAGED, NOTE);
        assertThat(events.getFirst().step()).isEqualTo(13);
        assertThat(events.getFirst().since()).isEqualTo(11);
        assertThat(events.getLast().numbers()).containsEntry(Event.RECOVERED_AFTER, 20.0);
        assertThat(replay(detector, "activation/dead/mlp", 0.95, 0.95, 0.1, 0.95, 0.1, 0.95))
                .isEmpty();
    }

    @Test
    void rankOfRepresentations() {
        var series = "rank/activation/blocks.1";
        var config = RankCollapse.Config.defaults();
        assertThat(replay(new RankCollapse(config), series, values(40, t -> t < 20 ? 40 : t < 30 ? 6 : 1.1)))
                .extracting(Event::severity)
                .containsExactly(WATCH, DAMAGED);
        assertThat(replay(new RankCollapse(config), series, values(40, t -> 40 - 0.5 * t)))
                .isEmpty();
    }

    @Test
    void updatesOutOfProportion() {
        var config = UpdateRatio.Config.defaults();
        assertThat(replay(new UpdateRatio(config), SeriesNames.UPDATE_RATIO, values(60, t -> t < 20 ? 5 : 1e-3)))
                .as("the first points are passed over")
                .isEmpty();
        assertThat(replay(new UpdateRatio(config), SeriesNames.UPDATE_RATIO, values(80, t -> t < 40 ? 0.3 : 2)))
                .extracting(Event::severity)
                .containsExactly(WATCH, DAMAGED);
        assertThat(replay(new UpdateRatio(config), "update/ratio/head", values(80, _ -> 2)))
                .extracting(Event::severity)
                .containsExactly(NOTE);
        var decayed = new UpdateRatio(config);
        for (var t = 0; t < 100; t++) {
            assertThat(decayed.observe(new Readings(t, Double.NaN)
                            .put(SeriesNames.LR, t < 50 ? 1e-3 : 1e-6)
                            .put(SeriesNames.UPDATE_RATIO, t < 50 ? 1e-3 : 1e-6)))
                    .as("small because the learning rate is")
                    .isEmpty();
        }
        assertThat(replay(new UpdateRatio(config), SeriesNames.UPDATE_RATIO, values(60, _ -> 1e-7)))
                .extracting(Event::severity)
                .containsExactly(NOTE);
    }

    /// Sharpness 30 at lr 0.1 is 1.5 times 2 / lr; preconditioned 600 at lr 0.1 is 1.58 times 38 / lr.
    @Test
    void edgeOfStability() {
        var config = EdgeOfStability.Config.defaults();
        var plain = new EdgeOfStability(config);
        var adam = new EdgeOfStability(config);
        var events = new ArrayList<Event>();
        for (var t = 1; t <= 4; t++) {
            events.addAll(plain.observe(
                    new Readings(t, Double.NaN).put(SeriesNames.SHARPNESS, 30).put(SeriesNames.LR, 0.1)));
            events.addAll(adam.observe(new Readings(t, Double.NaN)
                    .put(SeriesNames.PRECONDITIONED_SHARPNESS, 600)
                    .put(SeriesNames.LR, 0.1)));
        }
        assertThat(events).extracting(Event::severity).containsExactly(WATCH, WATCH);
        assertThat(events.getFirst().numbers().get("ratio")).isCloseTo(1.5, within(1e-12));
        assertThat(events.getLast().numbers().get("ratio")).isCloseTo(600 * 0.1 / 38, within(1e-12));
        assertThat(replay(new EdgeOfStability(config), SeriesNames.SHARPNESS_RATIO, 0.5, 0.9, 1.1, 1.1, 1.1, 0.9))
                .extracting(Event::severity)
                .containsExactly(NOTE);
    }

    @Test
    void lossScale() {
        var config = LossScaleDeath.Config.defaults();
        var dying = values(40, t -> Math.max(1, 65536 / Math.pow(2, Math.max(0, t - 10))));
        var events = replay(new LossScaleDeath(config), SeriesNames.LOSS_SCALE, dying);
        assertThat(events).extracting(Event::severity).containsExactly(WATCH, FATAL);
        assertThat(events).extracting(Event::step).containsExactly(18L, 27L);
        assertThat(replay(new LossScaleDeath(config), SeriesNames.LOSS_SCALE, values(300, _ -> 1)))
                .as("bfloat16")
                .isEmpty();
        assertThat(replay(
                        new LossScaleDeath(config),
                        SeriesNames.LOSS_SCALE,
                        values(300, t -> t % 100 < 5 ? 32768 : 65536)))
                .as("a halving now and then")
                .isEmpty();
        // 13B of BigScience around its spike: 65536 to 4096, and back.
        assertThat(replay(
                        new LossScaleDeath(config),
                        SeriesNames.LOSS_SCALE,
                        32768,
                        32768,
                        65536,
                        8192,
                        4096,
                        4096,
                        4096))
                .isEmpty();
    }

    @Test
    void deathIsRememberedHoweverLongItLasts() {
        var detector = new LossScaleDeath(LossScaleDeath.Config.defaults());
        assertThat(replay(detector, SeriesNames.LOSS_SCALE, values(500, t -> t < 5 ? 1024 : 1)))
                .hasSize(1);
        assertThat(replay(detector, SeriesNames.LOSS_SCALE, values(8, _ -> 2048))
                        .getLast()
                        .tellsRecovery())
                .isTrue();
    }

    @Test
    void precision() {
        var half = new PrecisionLoss.Config("float16", 1e-6, 0.25, 0.75, 2);
        assertThat(replay(new PrecisionLoss(half), "precision/float16_overflow/blocks.0", 0.01, 0.01, 0.01))
                .extracting(Event::severity)
                .containsExactly(DAMAGED);
        assertThat(replay(new PrecisionLoss(half), "precision/float16_underflow/gradient", 0.3, 0.3, 0.8, 0.8))
                .extracting(Event::severity)
                .containsExactly(WATCH, DAMAGED);
        assertThat(replay(new PrecisionLoss(half), "precision/bfloat16_overflow/blocks.0", 0.01, 0.01, 0.01))
                .extracting(Event::severity)
                .containsExactly(NOTE);
        assertThat(replay(new PrecisionLoss(half), "precision/float16_overflow/blocks.0", 0, 0, 0, 0))
                .isEmpty();
    }

    @Test
    void leadIndicatorsThatDrift() {
        var config = Drift.Config.defaults();
        var noisy = values(400, t -> (t < 300 ? 1 : 1 + 0.1 * (t - 300)) * Math.exp(0.15 * random.nextGaussian()));
        var events = replay(new Drift(config), "grad/norm/embed.weight", noisy);
        assertThat(events.getFirst().severity()).isEqualTo(WATCH);
        assertThat(events.getFirst().step()).isBetween(312L, 330L);
        for (var seed = 0; seed < 20; seed++) {
            var noise = RandomStream.of(seed, "drift");
            var steady =
                    values(1500, t -> (0.5 + 5 * Math.pow(1 + t / 20.0, -0.7)) * Math.exp(0.2 * noise.nextGaussian()));
            steady[700] *= 100;
            steady[702] *= 100;
            assertThat(replay(new Drift(config), SeriesNames.GRAD_NORM, steady)).isEmpty();
        }
    }

    @Test
    void aWarmUpIsNoDriftAndUpdatesAreMeasuredByTheLearningRate() {
        var detector = new Drift(Drift.Config.defaults());
        for (var t = 1; t <= 600; t++) {
            double lr = t <= 200 ? 1e-5 * t : t < 400 ? 2e-3 : 1e-2;
            assertThat(detector.observe(new Readings(t, Double.NaN)
                            .put(SeriesNames.LR, lr)
                            .put(SeriesNames.UPDATE_NORM, 3 * lr)
                            .put(SeriesNames.MAX_ATTENTION_LOGIT, t <= 200 ? t : 200)))
                    .isEmpty();
        }
    }

    @Test
    void seriesOfOneFamilyAreJudgedApart() {
        var detector = new DeadUnits(DeadUnits.Config.defaults());
        var events = new ArrayList<Event>();
        for (var t = 1; t <= 5; t++) {
            events.addAll(detector.observe(new Readings(t, Double.NaN)
                    .put("activation/dead/a", 0.6)
                    .put("activation/dead/b", 0.1)
                    .put("activation/dormant/b", 0.99)
                    .put("activation/dead/c", t < 3 ? 0.1 : 0.99)));
        }
        assertThat(events).extracting(Event::subject).containsExactly("activation/dead/a", "activation/dead/c");
    }
}
