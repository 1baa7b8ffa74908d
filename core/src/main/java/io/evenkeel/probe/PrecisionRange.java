package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/// What rounding to FLOAT16 and BFLOAT16 would lose: the share of elements that become infinite, and the share of those
/// not zero that become zero; of the residual stream of each block and of the whole gradient.
final class PrecisionRange implements Probe.Forward {
    private static final List<DType> TYPES = List.of(DType.FLOAT16, DType.BFLOAT16);
    private static final About ABOUT = new About(
            "precision-range",
            "share of activations and gradients beyond the range of float16 and bfloat16",
            500,
            false,
            List.of(
                    "precision/float16_overflow/*",
                    "precision/float16_underflow/*",
                    "precision/bfloat16_overflow/*",
                    "precision/bfloat16_underflow/*"));

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
                add(scalars, "gradient", view.parameters().gradients());
                scalars.emit(readings);
            }
        };
    }

    private static void add(Scalars scalars, String name, Tensor value) {
        var infinite = value.isinf().countNonzero();
        var notZero = value.countNonzero();
        for (var type : TYPES) {
            var rounded = value.to(type);
            var prefix = "precision/" + type.name().toLowerCase(Locale.ROOT);
            scalars.add(
                    prefix + "_overflow/" + name,
                    rounded.isinf().countNonzero().sub(infinite).div((double) value.numel()));
            scalars.add(
                    prefix + "_underflow/" + name,
                    notZero.sub(rounded.countNonzero()).div(notZero.clampMin(1)));
        }
    }
}
