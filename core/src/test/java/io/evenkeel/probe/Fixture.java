package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A model of plain vectors and matrices, and steps of it for single probes.
final class Fixture extends Module implements AutoCloseable {
    private final Parameters parameters;
    final TestAdam optimizer;
    double lr = 0.1;

    /// A model with a parameter `p0`, `p1`, .. of each shape, of zeros.
    Fixture(long[]... shapes) {
        for (var i = 0; i < shapes.length; i++) {
            parameter("p" + i, Initializer.ZEROS, shapes[i]);
        }
        parameters = Parameters.materialize(this, RandomStream.of(1, "fixture"));
        optimizer = new TestAdam(parameters);
    }

    Parameters parameters() {
        return parameters;
    }

    Parameter p(int index) {
        return parameters.get("p" + index);
    }

    /// Reports a value as the module `name` would.
    static final class Reporter extends Module {
        void report(String what, Tensor value) {
            observe(what, value);
        }
    }

    Reporter reporter(String name) {
        return child(name, new Reporter());
    }

    StepView view(long step, List<Batch> batches, Function<Batch, Tensor> loss) {
        var norm = parameters.gradients().norm().item();
        return new StepView(
                step,
                this,
                parameters,
                optimizer,
                lr,
                norm,
                Map.of("loss", 2.5, "loss/cross_entropy", 2.25),
                batches,
                loss,
                new StepTimes());
    }

    StepView view(Function<Batch, Tensor> loss) {
        return view(0, List.of(batch(1)), loss);
    }

    /// A view whose loss does not matter.
    StepView view() {
        return view(_ -> Tensors.ones(1));
    }

    static Batch batch(long examples) {
        return batch(Tensors.zeros(examples, 1));
    }

    static Batch batch(Tensor inputs) {
        return batch(inputs, Tensors.zeros(inputs.size(0)));
    }

    static Batch batch(Tensor inputs, Tensor targets) {
        return new Batch(inputs, targets, Collections.nCopies((int) inputs.size(0), new Batch.Origin("fixture", 0)));
    }

    /// Runs one probe through the moments of a step; `update` is the optimizer's.
    static Readings run(Probe probe, StepView view, Runnable update) {
        var readings = new Readings(view.step(), Double.NaN);
        var probes = new ProbeSet(Map.of(probe, 1L));
        probes.afterBackward(view, readings);
        probes.beforeUpdate(view);
        update.run();
        probes.afterUpdate(view, readings);
        probes.atCheckpoint(view, readings);
        return readings;
    }

    static Readings run(Probe probe, StepView view) {
        return run(probe, view, () -> {});
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
    }
}
