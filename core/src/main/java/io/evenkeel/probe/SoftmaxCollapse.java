package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// How often the output softmax rounds to a one-hot vector in FLOAT32, so that nothing can be learned from a position:
/// shares over positions with a target,
///
/// - `saturated`: `sum exp(z - max z)` is exactly 1;
/// - `zero_loss`: the loss is exactly 0;
/// - `zero_gradient`: the gradient `p - 1` at the target is exactly 0;
///
/// and `zero_elements`, the share of all elements of the gradient `p - onehot` that are exactly 0.
///
/// @paper P82 softmax collapse: absorption in the sum from a gap of `ln 2^24 = 16.64` nats on
final class SoftmaxCollapse implements Probe.Forward {
    private static final About ABOUT = new About(
            "softmax-collapse",
            "share of positions whose softmax is exactly one-hot, and of exact zeros in its gradient",
            500,
            false,
            List.of("softmax/saturated", "softmax/zero_loss", "softmax/zero_gradient", "softmax/zero_elements"));

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
                    var logits = Observed.rows(value.to(DType.FLOAT32)); // [N, V]
                    var targets = batch.targets().reshape(-1); // [N]
                    if (targets.dtype() == DType.INT64 && targets.numel() == logits.size(0)) {
                        add(scalars, logits, targets);
                    }
                }
            }

            @Override
            public void finish(Readings readings) {
                scalars.emit(readings);
            }
        };
    }

    private static void add(Scalars scalars, Tensor logits, Tensor targets) {
        var valid = targets.ge(0).to(DType.FLOAT32); // [N]
        var index = targets.clampMin(0).unsqueeze(1); // [N, 1]
        var exponentials = logits.sub(logits.amax(true, -1)).exp();
        var sum = exponentials.sum(true, -1); // [N, 1]
        var p = exponentials.div(sum); // [N, V]
        var certain = p.gather(1, index).eq(1).squeeze(1); // [N]
        var loss = Functional.crossEntropyEach(logits, index.squeeze(1)); // [N]
        scalars.add("softmax/saturated", share(sum.squeeze(1).eq(1), valid));
        scalars.add("softmax/zero_loss", share(loss.eq(0), valid));
        scalars.add("softmax/zero_gradient", share(certain, valid));
        // A zero elsewhere is a probability that underflows; the target's own counts when p is exactly 1.
        var zeros = p.eq(0)
                .sum(false, -1)
                .to(DType.FLOAT32)
                .sub(p.gather(1, index).eq(0).squeeze(1).to(DType.FLOAT32))
                .add(certain.to(DType.FLOAT32)); // [N]
        scalars.add(
                "softmax/zero_elements", zeros.mul(valid).sum().div(valid.sum()).div((double) logits.size(1)));
    }

    private static Tensor share(Tensor holds, Tensor valid) {
        return holds.to(DType.FLOAT32).mul(valid).sum().div(valid.sum());
    }
}
