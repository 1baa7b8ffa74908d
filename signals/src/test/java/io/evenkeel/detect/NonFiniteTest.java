package io.evenkeel.detect;

import static io.evenkeel.detect.Event.Severity.DAMAGED;
import static io.evenkeel.detect.Event.Severity.FATAL;
import static io.evenkeel.detect.Event.Severity.NOTE;
import static io.evenkeel.detect.Event.Severity.WATCH;
import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import org.junit.jupiter.api.Test;

class NonFiniteTest {
    private final NonFinite detector = new NonFinite(NonFinite.Config.defaults());

    private static Readings at(long step) {
        return new Readings(step, Double.NaN);
    }

    @Test
    void namesTheTensorNearestToTheCause() {
        var event = detector.observe(at(7).put(SeriesNames.LOSS, Double.NaN)
                        .put(SeriesNames.GRAD_NORM, Double.NaN)
                        .put("grad/norm/embed.weight", Double.NaN)
                        .put("activation/max/blocks.0", 3)
                        .put("activation/max/blocks.1", Double.POSITIVE_INFINITY)
                        .put("activation/max/blocks.2", Double.NaN))
                .getFirst();
        assertThat(event.subject()).isEqualTo("activation/max/blocks.1");
        assertThat(event.severity()).isEqualTo(DAMAGED);
        assertThat(event.evidence()).isEqualTo("activation/max/blocks.1 is Infinity, with 4 other series");
        assertThat(detector.observe(at(8).put("param/norm", Double.NaN).put("param/norm/head", Double.NaN))
                        .getFirst()
                        .subject())
                .isEqualTo("param/norm/head");
    }

    @Test
    void gradientsComeAfterTheLossAndCountsAfterNorms() {
        assertThat(detector.observe(at(1).put(SeriesNames.LOSS, 2)
                                .put(SeriesNames.GRAD_NONFINITE, 4)
                                .put(SeriesNames.GRAD_NORM, Double.NaN))
                        .getFirst()
                        .subject())
                .isEqualTo(SeriesNames.GRAD_NORM);
        assertThat(detector.observe(at(2).put(SeriesNames.LOSS, 2).put("grad/nonfinite/head", 12))
                        .getFirst()
                        .evidence())
                .startsWith("grad/nonfinite/head counts 12 bad elements");
    }

    @Test
    void anOverflowUnderALossScaleIsTheScalersBusiness() {
        var readings = at(1).put(SeriesNames.LOSS, 2).put(SeriesNames.GRAD_NORM, Double.POSITIVE_INFINITY);
        assertThat(detector.observe(readings.put(SeriesNames.LOSS_SCALE, 65536))
                        .getFirst()
                        .severity())
                .isEqualTo(WATCH);
        detector.observe(at(2).put(SeriesNames.LOSS, 2));
        assertThat(detector.observe(readings.put(SeriesNames.LOSS_SCALE, 1))
                        .getFirst()
                        .severity())
                .isEqualTo(DAMAGED);
    }

    @Test
    void isFatalWhenItGoesOnAndTellsTheEnd() {
        var events = Replays.loss(detector, 2, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 2, 2, Double.NaN);
        assertThat(events).extracting(Event::severity).containsExactly(DAMAGED, DAMAGED, FATAL, FATAL, NOTE, DAMAGED);
        assertThat(events.get(3).since()).isEqualTo(2);
        assertThat(events.get(4).tellsRecovery()).isTrue();
        assertThat(events.getLast().since()).isEqualTo(8);
    }

    @Test
    void readingsOfOtherThingsChangeNothing() {
        Replays.loss(detector, Double.NaN);
        assertThat(detector.observe(at(1).put("time/step_ms", Double.NaN))).isEmpty();
        assertThat(detector.observe(at(1).put("val/loss", 3))).isEmpty();
        assertThat(Replays.loss(detector, Double.NaN).getFirst().evidence()).contains("point 2 in a row");
    }
}
