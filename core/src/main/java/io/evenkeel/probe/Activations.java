package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// Size and shape of the residual stream after each block: RMS, largest magnitude, kurtosis `m4 / m2^2` (3 for a normal
/// distribution), and massive activations: the largest magnitude over the median one (the RMS where the median is 0),
/// and the share of elements beyond [#MASSIVE] of these.
///
/// @paper P34 the maximum and the growth of variance over depth are what pre-norm loses control of
final class Activations implements Probe.Forward {
    /// Magnitude over median from which an activation is called massive (Sun et al., "Massive activations in large
    /// language models", 2024).
    private static final double MASSIVE = 1000;

    private static final About ABOUT = new About(
            "activations",
            "RMS, maximum, kurtosis and massive elements of the residual stream of each block",
            200,
            true,
            List.of(
                    "activation/rms/*",
                    "activation/max/*",
                    "activation/kurtosis/*",
                    "activation/massive_ratio/*",
                    "activation/massive_share/*"));

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
                if (what.equals(Observed.RESIDUAL)) {
                    add(scalars, module, value);
                }
            }

            @Override
            public void finish(Readings readings) {
                scalars.emit(readings);
            }
        };
    }

    private static void add(Scalars scalars, String module, Tensor value) {
        var x = value.to(DType.FLOAT32).reshape(-1);
        var magnitude = x.abs();
        var max = magnitude.amax();
        var median = magnitude.median();
        // Relative to the largest, so that fourth powers stay within the range of FLOAT32.
        var relative = x.div(max.clampMin(Float.MIN_NORMAL));
        var centred = relative.sub(relative.mean()).square();
        var rms = max.mul(relative.square().mean().sqrt());
        // Behind a rectifier half of the elements may be zero, and the median with them: then the RMS is the
        // measure.
        var usual = median.add(rms.mul(median.eq(0).to(DType.FLOAT32))).clampMin(Float.MIN_NORMAL);
        scalars.add("activation/rms/" + module, rms);
        scalars.add("activation/max/" + module, max);
        scalars.add(
                "activation/kurtosis/" + module,
                centred.square().mean().div(centred.mean().square()));
        scalars.add("activation/massive_ratio/" + module, max.div(usual));
        scalars.add(
                "activation/massive_share/" + module,
                magnitude.sub(usual.mul(MASSIVE)).gt(0).to(DType.FLOAT32).mean());
    }
}
