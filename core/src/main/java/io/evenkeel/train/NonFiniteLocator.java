package io.evenkeel.train;

import io.evenkeel.data.Batch;
import io.evenkeel.detect.Event;
import io.evenkeel.detect.EventKind;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names the first tensor that is not finite when a step's loss or gradient is not: a parameter, else an activation in
/// the order of a repeated forward pass, else a gradient in the order of the backward pass.
final class NonFiniteLocator {
    private final TrainingState state;

    NonFiniteLocator(TrainingState state) {
        this.state = state;
    }

    /// The events with the first bad tensor as the subject of those of kind [EventKind#NON_FINITE].
    List<Event> name(List<Event> events, List<Batch> batches) {
        if (events.stream().noneMatch(NonFiniteLocator::isTrouble)) {
            return events;
        }
        var subject = locate(batches);
        return subject == null
                ? events
                : events.stream().map(event -> named(event, subject)).toList();
    }

    private static boolean isTrouble(Event event) {
        return event.kind() == EventKind.NON_FINITE && !event.tellsRecovery();
    }

    private static Event named(Event event, String subject) {
        if (!isTrouble(event)) {
            return event;
        }
        return new Event(
                event.kind(),
                event.step(),
                event.since(),
                event.severity(),
                event.confidence(),
                subject,
                event.evidence() + "; first in " + subject,
                event.numbers());
    }

    private @Nullable String locate(List<Batch> batches) {
        var parameter = firstParameter();
        if (parameter != null) {
            return "param/" + parameter;
        }
        for (var batch : batches) {
            var activation = firstActivation(batch);
            if (activation != null) {
                return "activation/" + activation;
            }
        }
        var gradient = firstGradient();
        return gradient == null ? null : "grad/" + gradient;
    }

    private @Nullable String firstParameter() {
        for (var parameter : state.parameters.all()) {
            if (!finite(parameter.value())) {
                return parameter.name();
            }
        }
        return null;
    }

    private @Nullable String firstActivation(Batch batch) {
        var first = new String[1];
        var streams = state.streams.state();
        var model = state.task.model();
        model.observeWith((module, what, value) -> {
            // A masked score is -inf by design.
            if (first[0] == null && !what.equals("logits") && !finite(value)) {
                first[0] = module.isEmpty() ? what : module + "." + what;
            }
        });
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            state.task.loss(batch);
        } finally {
            model.observeWith(null);
            state.streams.restore(streams);
        }
        return first[0];
    }

    /// The backward pass reaches the parameters in the reverse of their order of use.
    private @Nullable String firstGradient() {
        var name = new String[1];
        state.task.model().forEachParameter((path, parameter) -> {
            if (!finite(parameter.gradient())) {
                name[0] = path;
            }
        });
        return name[0];
    }

    private static boolean finite(Tensor tensor) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            return Double.isFinite(tensor.detach().abs().amax().item());
        }
    }
}
