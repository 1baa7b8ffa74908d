package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Parameter;
import io.evenkeel.optim.Adaptive;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Whether the second moment of an Adam-like optimizer is still large against eps: RMS of each tensor's gradient over
/// eps, and the share of elements whose `sqrt(v)`, bias corrected, is below eps, where the update shrinks. Optimizers
/// without a second moment have no readings.
///
/// @paper P40 gradient RMS of early layers falls to eps as models and learning rates grow
final class SecondMoment implements Probe.Gradients {
    private static final About ABOUT = new About(
            "second-moment",
            "second moment of the optimizer and gradients against its eps",
            200,
            false,
            List.of(
                    "optimizer/grad_rms_over_eps",
                    "optimizer/grad_rms_over_eps/*",
                    "optimizer/below_eps",
                    "optimizer/below_eps/*",
                    "optimizer/rms_second_moment/*"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        var adaptive = view.optimizer().adaptive();
        if (adaptive == null || adaptive.updates() == 0) {
            return;
        }
        var measured = new ArrayList<Parameter>();
        var moments = new ArrayList<Tensor>();
        for (var parameter : view.parameters().all()) {
            var moment = view.secondMoment(parameter.name());
            if (moment != null) {
                measured.add(parameter);
                moments.add(moment);
            }
        }
        if (measured.isEmpty()) {
            return;
        }
        var rootOfBias = Math.sqrt(bias(adaptive));
        var counts = new ArrayList<Tensor>();
        for (var moment : moments) {
            counts.add(moment.sqrt().lt(adaptive.eps() * rootOfBias).countNonzero());
        }
        var below = Scalars.read(counts);
        var gradients = Scalars.norms(measured.stream().map(Parameter::gradient).toList());
        var means = Scalars.read(moments.stream().map(Tensor::mean).toList());
        var elements = 0L;
        var allBelow = 0.0;
        var smallest = Double.POSITIVE_INFINITY;
        for (var i = 0; i < measured.size(); i++) {
            var name = measured.get(i).name();
            var size = measured.get(i).numel();
            var overEps = gradients[i] / Math.sqrt((double) size) / adaptive.eps();
            readings.put("optimizer/grad_rms_over_eps/" + name, overEps);
            readings.put("optimizer/below_eps/" + name, below[i] / size);
            readings.put("optimizer/rms_second_moment/" + name, Math.sqrt(means[i]) / rootOfBias);
            smallest = Math.min(smallest, overEps);
            allBelow += below[i];
            elements += size;
        }
        readings.put("optimizer/grad_rms_over_eps", smallest);
        readings.put("optimizer/below_eps", allBelow / elements);
    }

    /// What `v` is divided by to correct its bias towards zero.
    static double bias(Adaptive adaptive) {
        return 1 - Math.pow(adaptive.beta2(), (double) adaptive.updates());
    }
}
