package io.evenkeel.finding;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Something in a run's recent past that speaks for a cause or against one; silent where the log does not tell.
enum Clue {
    LR_ROSE(facts -> facts.lrRise() > 1.5
            ? text("the learning rate had risen %.2g times within %d points", facts.lrRise(), Facts.RECENT)
            : null),
    LR_STEADY(facts -> facts.lrRise() > 0.67 && facts.lrRise() < 1.1
            ? text("the learning rate was steady (%.2g times that before)", facts.lrRise())
            : null),
    LR_AT_PEAK(facts -> facts.lrShareOfPeak() > 0.9 ? "the learning rate was at its highest so far" : null),
    LR_LOW(facts -> facts.lrShareOfPeak() < 0.3
            ? text("the learning rate was down to %.0f %% of its peak", 100 * facts.lrShareOfPeak())
            : null),
    EARLY(facts -> facts.points() <= 200 ? text("it was early: point %d", facts.points()) : null),
    LATE(facts -> facts.points() > 1_000 ? text("%,d points had gone well before", facts.points()) : null),
    GRADIENT_ROSE(facts -> facts.gradientRise() > 2
            ? text("the gradient norm had grown %.2g times in the points before", facts.gradientRise())
            : null),
    GRADIENT_STEADY(facts -> facts.gradientRise() > 0 && facts.gradientRise() < 1.3
            ? text("the gradient norm was steady before (%.2g times)", facts.gradientRise())
            : null),
    RESTARTED(facts -> facts.pointsSinceRestart() >= 0 && facts.pointsSinceRestart() <= 100
            ? text(
                    "the run had been started again at step %,d, %d points before",
                    facts.restartedAt(), facts.pointsSinceRestart())
            : null),
    SCALE_FELL(facts -> facts.scaleChange() < 0.3
            ? text("the loss scale had fallen to %.2g of what it was", facts.scaleChange())
            : null),
    SCALE_STEADY(facts -> facts.scaleChange() > 0.9 ? "the loss scale was steady" : null);

    // The tests capture nothing.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<Facts, @Nullable String> test;

    Clue(Function<Facts, @Nullable String> test) {
        this.test = test;
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /// What the run shows of it.
    Optional<String> in(Facts facts) {
        return Optional.ofNullable(test.apply(facts));
    }
}
