package io.evenkeel.detect;

import static io.evenkeel.detect.Event.Severity.DAMAGED;
import static io.evenkeel.detect.Event.Severity.FATAL;
import static io.evenkeel.detect.Event.Severity.NOTE;
import static io.evenkeel.detect.Event.Severity.WATCH;
import static io.evenkeel.detect.Replays.healthyLoss;
import static io.evenkeel.detect.Replays.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DivergenceTest {
    private static List<Event> of(double... loss) {
        return Replays.loss(new Divergence(Divergence.Config.defaults()), loss);
    }

    @Test
    void silentOnHealthyRunsLongAndShortNoisyAndFlat() {
        for (var seed = 0; seed < 20; seed++) {
            assertThat(of(healthyLoss(2000, seed))).isEmpty();
            assertThat(of(healthyLoss(40, seed))).isEmpty();
            var random = RandomStream.of(seed, "flat");
            assertThat(of(values(1500, _ -> 5 * (1 + 0.1 * random.nextGaussian()))))
                    .noneMatch(event -> event.severity().compareTo(DAMAGED) >= 0);
            // Batches of two kinds, as in mixed images: the level jumps by as much as was learnt.
            assertThat(of(values(1500, i -> 2 + 4 * Math.pow(1 + i / 20.0, -0.5) + (random.nextInt(3) == 0 ? 3 : 0))))
                    .noneMatch(event -> event.severity().compareTo(DAMAGED) >= 0);
        }
    }

    /// From 10 to 2 and then up: half of the progress is 4, over 8 points of which 6 must lie above it.
    @Test
    void fastDivergenceIsCaughtWithinTheShortestLengths() {
        var loss = values(100, i -> i < 60 ? 10 - 8 * Math.min(1, i / 40.0) : Math.min(9, 2 + (i - 59)));
        var events = of(loss);
        assertThat(events).extracting(Event::severity).startsWith(WATCH, DAMAGED);
        assertThat(events.get(1).step()).isBetween(66L, 71L);
        assertThat(events.get(1).since()).isBetween(61L, 63L);
        assertThat(events.get(1).numbers().get("best")).isEqualTo(2);
    }

    @Test
    void slowDivergenceIsCaughtByLongLengths() {
        var loss = healthyLoss(6000, 7);
        for (var t = 3000; t < 6000; t++) {
            loss[t] += 1.5 * (t - 3000) / 3000.0;
        }
        var damaged = of(loss).stream()
                .filter(e -> e.severity() == DAMAGED)
                .findFirst()
                .orElseThrow();
        assertThat(damaged.numbers().get("points")).isEqualTo(512);
        assertThat(damaged.step()).isBetween(4000L, 5500L);
    }

    @Test
    void allProgressLostIsFatalAndBackIsTold() {
        var random = RandomStream.of(1, "noise");
        var loss = values(300, i -> (i < 100 ? 10 - 0.08 * i : i < 160 ? 12 : 2) + 0.05 * random.nextGaussian());
        var events = of(loss);
        assertThat(events).extracting(Event::severity).contains(DAMAGED, FATAL);
        assertThat(events.getLast().severity()).isEqualTo(NOTE);
        assertThat(events.getLast().tellsRecovery()).isTrue();
        assertThat(events.stream().filter(Event::tellsRecovery)).hasSize(1);
    }

    @Test
    void oneOutlierIsDamageOnlyWhenItIsFarAboveTheStart() {
        var loss = healthyLoss(200, 3);
        loss[150] = 9;
        assertThat(of(loss)).noneMatch(e -> e.severity().compareTo(DAMAGED) >= 0);
        loss[150] = 40;
        assertThat(of(loss)).anyMatch(e -> e.severity() == DAMAGED && e.step() == 151);
    }

    @Test
    void aThinnedLogIsJudgedLikeAFullOne() {
        var full = healthyLoss(20_000, 9);
        for (var t = 15_000; t < 20_000; t++) {
            full[t] += Math.min(6, (t - 15_000) / 300.0);
        }
        for (var every : new int[] {1, 10, 100, 500}) {
            var detector = new Divergence(Divergence.Config.defaults());
            var events = new ArrayList<Event>();
            for (var t = 0; t < full.length; t += every) {
                events.addAll(detector.observe(new Readings(t, Double.NaN).put(SeriesNames.LOSS, full[t])));
            }
            var damaged = events.stream()
                    .filter(e -> e.severity() == DAMAGED)
                    .findFirst()
                    .orElseThrow();
            assertThat(damaged.step()).as("every %d", every).isBetween(15_000L, 20_000L);
        }
    }

    @Test
    void aRewarmUpIsNoSlowDivergence() {
        var quiet = new Divergence(Divergence.Config.defaults());
        var blind = new Divergence(Divergence.Config.defaults());
        var random = RandomStream.of(2, "noise");
        var withLr = new ArrayList<Event>();
        var withoutLr = new ArrayList<Event>();
        for (var t = 0; t < 4000; t++) {
            // Decayed until 2000, then again at the peak, where the loss stands a little higher.
            double lr = t < 1000 ? 1e-3 : t < 2000 ? 1e-3 * (1 - 0.9 * (t - 1000) / 1000.0) : 1e-3;
            double loss = 3 + 7 * Math.pow(1 + t / 30.0, -0.7) + (t < 2000 ? 0 : 0.6) + 0.02 * random.nextGaussian();
            var readings = new Readings(t, Double.NaN).put(SeriesNames.LOSS, loss);
            withoutLr.addAll(blind.observe(readings));
            withLr.addAll(quiet.observe(readings.put(SeriesNames.LR, lr)));
        }
        assertThat(withoutLr).anyMatch(e -> e.severity() == DAMAGED);
        assertThat(withLr).noneMatch(e -> e.severity().compareTo(DAMAGED) >= 0);
    }

    @Test
    void otherDataStartsAnew() {
        var detector = new Divergence(Divergence.Config.defaults());
        var events = new ArrayList<Event>();
        for (var t = 0; t < 600; t++) {
            events.addAll(detector.observe(new Readings(t, Double.NaN)
                    .put(SeriesNames.LOSS, t < 300 ? 10 - 0.02 * t : 9.5 - 0.001 * t)
                    .put(SeriesNames.DATA_PHASE, t < 300 ? 0 : 1)));
        }
        assertThat(events).isEmpty();
    }

    @Test
    void stuckFromTheStart() {
        var random = RandomStream.of(4, "noise");
        var flat = values(300, _ -> 6.9 + 0.01 * random.nextGaussian());
        var events = Replays.loss(new Stuck(Stuck.Config.defaults()), flat);
        assertThat(events).extracting(Event::severity).containsExactly(WATCH, DAMAGED);
        assertThat(events).extracting(Event::step).containsExactly(60L, 200L);
        assertThat(events.getLast().since()).isEqualTo(1);
    }

    @Test
    void waitingIsNotBeingStuck() {
        var late = values(400, i -> i < 110 ? 6.9 : 6.9 * Math.pow(1 + (i - 110) / 10.0, -0.3));
        var events = Replays.loss(new Stuck(Stuck.Config.defaults()), late);
        assertThat(events).extracting(Event::severity).containsExactly(WATCH, NOTE);
        assertThat(events.getLast().step()).isBetween(111L, 125L);
        var slow = values(400, i -> 2.1 - 0.0002 * i);
        assertThat(Replays.loss(new Stuck(Stuck.Config.defaults()), slow))
                .as("falls, if slowly")
                .noneMatch(e -> e.severity() == DAMAGED);
        assertThat(Replays.loss(new Stuck(Stuck.Config.defaults()), healthyLoss(500, 1)))
                .isEmpty();
    }

    @Test
    void aWarmUpDoesNotCount() {
        var detector = new Stuck(Stuck.Config.defaults());
        for (var t = 1; t <= 1000; t++) {
            assertThat(detector.observe(new Readings(t, Double.NaN)
                            .put(SeriesNames.LOSS, 6.9)
                            .put(SeriesNames.LR, 1e-6 * t)))
                    .isEmpty();
        }
    }

    @Test
    void plateauAndItsEnd() {
        var random = RandomStream.of(6, "noise");
        var loss = values(
                4000,
                i -> (i < 1000 ? 10 - 0.007 * i : i < 3000 ? 3 : 3 - 0.001 * (i - 3000))
                        + 0.02 * random.nextGaussian());
        var events = Replays.loss(new Plateau(Plateau.Config.defaults()), loss);
        assertThat(events).extracting(Event::severity).containsOnly(NOTE);
        assertThat(events.getFirst().step()).isBetween(1300L, 2000L);
        assertThat(events.getFirst().tellsRecovery()).isFalse();
        assertThat(events.getLast().tellsRecovery()).isTrue();
        assertThat(Replays.loss(new Plateau(Plateau.Config.defaults()), values(3000, i -> 10 - 0.002 * i)))
                .isEmpty();
    }
}
