package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// The scale of the output logits: their mean, their largest magnitude, and log Z (log sum exp over the vocabulary),
/// mean and RMS over positions.
///
/// @paper P40 without weight decay or z-loss the mean drifts to large negative values before training diverges
final class OutputLogits implements Probe.Forward {
    private static final About ABOUT = new About(
            "output-logits",
            "mean and maximum of the output logits, and log Z",
            200,
            true,
            List.of(SeriesNames.LOG_Z, "logits/log_z_rms", "logits/mean", "logits/max"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Pass begin(StepView view, Batch batch) {
        var scalars = new Scalars();
        return new Pass() {
            @Override
            public void observe(String module, String what, Tensor value) {
                if (Observed.isOutputLogits(what, value)) {
                    var logits = value.to(DType.FLOAT32);
                    var logZ = logits.logsumexp(false, -1);
                    scalars.add(SeriesNames.LOG_Z, logZ.mean());
                    scalars.add("logits/log_z_rms", logZ.square().mean().sqrt());
                    scalars.add("logits/mean", logits.mean());
                    scalars.add("logits/max", logits.abs().amax());
                }
            }

            @Override
            public void finish(Readings readings) {
                scalars.emit(readings);
            }
        };
    }
}
