package io.evenkeel.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.listener.TrainingListener.BatchData;
import ai.djl.training.loss.Loss;
import io.evenkeel.detect.Event;
import io.evenkeel.detect.EventKind;
import io.evenkeel.detect.Verdict;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// With DJL's own types, without an engine behind them: arrays that only know their value.
class StabilityListenerTest {
    private double now;
    private int closed;
    private final ArrayList<Event> events = new ArrayList<>();
    private final StabilityListener listener = new StabilityListener(new Given(), events::add);

    private final class Given extends Loss {
        Given() {
            super("given");
        }

        @Override
        public NDArray evaluate(NDList labels, NDList predictions) {
            return (NDArray) Proxy.newProxyInstance(
                    NDArray.class.getClassLoader(), new Class<?>[] {NDArray.class}, (_, method, _) -> {
                        closed += method.getName().equals("close") ? 1 : 0;
                        return method.getName().equals("getFloat") ? (Object) (float) now : null;
                    });
        }
    }

    private static BatchData batch() {
        return new BatchData(null, Map.of(Device.cpu(), new NDList()), Map.of(Device.cpu(), new NDList()));
    }

    private void train(double loss) {
        now = loss;
        listener.onTrainingBatch(null, batch());
    }

    @Test
    void tellsOfADivergenceAndJudges() {
        for (var t = 0; t < 200; t++) {
            train(2 + 3 / (1 + t / 20.0) + 0.02 * Math.sin(7.3 * t));
        }
        assertThat(events).noneMatch(event -> event.severity().compareTo(Event.Severity.WATCH) >= 0);
        assertThat(listener.judgement().verdict()).isEqualTo(Verdict.HEALTHY);
        for (var t = 0; t < 100; t++) {
            train(2.3 + 0.1 * t);
        }
        assertThat(events).extracting(Event::kind).contains(EventKind.DIVERGENCE);
        assertThat(listener.judgement().verdict()).isEqualTo(Verdict.DIVERGED);
        assertThat(closed).as("every array is closed").isEqualTo(300);
    }

    @Test
    void seesANaNAtOnce() {
        for (var t = 0; t < 30; t++) {
            train(3 - 0.01 * t);
        }
        train(Double.NaN);
        assertThat(events.getLast().kind()).isEqualTo(EventKind.NON_FINITE);
        assertThat(events.getLast().step()).isEqualTo(31);
    }

    @Test
    void judgesHeldOutLossesByEpoch() {
        for (var epoch = 0; epoch < 30; epoch++) {
            for (var t = 0; t < 10; t++) {
                train(3 / (1 + 0.3 * (epoch + t / 10.0)));
            }
            now = epoch < 8 ? 3 - 0.2 * epoch : 1.4 + 0.05 * (epoch - 8);
            listener.onValidationBatch(null, batch());
            listener.onEpoch(null);
        }
        assertThat(events).extracting(Event::kind).contains(EventKind.OVERFIT);
    }
}
