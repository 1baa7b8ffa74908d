package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Observer;
import io.evenkeel.tensor.Autograd;
import java.util.ArrayList;
import java.util.List;

/// Puts a model into evaluation mode, so that a pass of a probe draws no dropout and moves no running statistics; each
/// module's own mode is back when closed.
final class Evaluation implements AutoCloseable {
    private record Mode(Module module, boolean training) {}

    private final List<Mode> modes = new ArrayList<>();

    Evaluation(Module model) {
        model.forEachModule((_, module) -> modes.add(new Mode(module, module.training())));
        model.train(false);
    }

    @Override
    public void close() {
        // Parents come first, so that a part with a mode of its own is set after them.
        modes.forEach(mode -> mode.module().train(mode.training()));
    }

    /// A forward pass of its own, without a graph, seen by `observer`; its tensors belong to the open scope.
    static void observe(StepView view, Batch batch, Observer observer) {
        try (var _ = Autograd.noGrad();
                var _ = new Evaluation(view.model())) {
            view.model().observeWith(observer);
            try {
                var _ = view.loss().apply(batch);
            } finally {
                view.model().observeWith(null);
            }
        }
    }
}
