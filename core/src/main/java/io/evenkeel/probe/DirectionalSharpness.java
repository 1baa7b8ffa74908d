package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.List;
import java.util.Set;

/// Curvature of the loss along the update `d` just made: `d^T H d / d^T d`, and what it did to the step, to second
/// order around the values before it (`g` is taken after it, so that `g . d - d^T H d` is the slope before; exact for
/// a quadratic loss):
///
/// - `first_order = g . d - d^T H d`, the change of the loss that the gradient promised;
/// - `second_order = d^T H d / 2`, what curvature adds;
/// - the ratio `second_order / -first_order`: 1 where curvature eats the whole gain. For gradient descent it is the
///   directional sharpness against `2 / lr`.
final class DirectionalSharpness implements Probe.Curvature {
    private static final About ABOUT = new About(
            "directional-sharpness",
            "curvature along the update, and the share of its gain that curvature eats",
            1000,
            false,
            List.of(
                    "sharpness/directional",
                    SeriesNames.DIRECTIONAL_SHARPNESS_RATIO,
                    "sharpness/first_order",
                    "sharpness/second_order"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Set<Moment> needs() {
        return Set.of(Moment.UPDATE, Moment.CURVATURE);
    }

    @Override
    public void measure(StepView view, LossCurvature curvature, Readings readings) {
        var update = curvature.update();
        var numbers = Scalars.read(List.of(
                update.dot(update),
                curvature.gradient().dot(update),
                curvature.product(update).dot(update)));
        var secondOrder = numbers[2] / 2;
        var firstOrder = numbers[1] - numbers[2];
        if (numbers[0] != 0) {
            readings.put("sharpness/directional", numbers[2] / numbers[0]);
        }
        readings.put("sharpness/first_order", firstOrder);
        readings.put("sharpness/second_order", secondOrder);
        // An update that does not go downhill has no gain to eat.
        if (firstOrder < 0) {
            readings.put(SeriesNames.DIRECTIONAL_SHARPNESS_RATIO, secondOrder / -firstOrder);
        }
    }
}
