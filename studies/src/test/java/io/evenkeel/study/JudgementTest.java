package io.evenkeel.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.study.Verdict.Condition;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Estimates, claims, verdicts.
class JudgementTest {
    private static final Estimate SURE = new Estimate(2, 1, 3, 5);
    private static final Estimate UNSURE = new Estimate(0.5, -1, 2, 5);

    @Test
    void aClaimHoldsWhenItsWholeIntervalDoes() {
        assertThat(Claim.above("a", "", SURE, 0).holds()).isTrue();
        assertThat(Claim.above("a", "", SURE, 3).holds()).isFalse();
        assertThat(Claim.above("a", "", SURE, 2).holds()).isNull();
        assertThat(Claim.below("a", "", SURE, 4).holds()).isTrue();
        assertThat(Claim.below("a", "", SURE, 1).holds()).isFalse();
        assertThat(Claim.below("a", "", SURE, 2).holds()).isNull();
        assertThat(Claim.within("a", "", SURE, 3).holds()).isTrue();
        assertThat(Claim.within("a", "", SURE, 0.5).holds()).isFalse();
        assertThat(Claim.within("a", "", UNSURE, 1).holds()).isNull();
    }

    @Test
    void withoutAnIntervalNothingIsKnown() {
        assertThat(Claim.above("a", "", Estimate.NONE, 0).holds()).isNull();
        assertThat(Claim.above("a", "", Estimate.difference(new double[] {5}, new double[] {1}), 0).holds())
                .isNull();
        assertThat(Claim.above("a", "", Estimate.NONE, 0).finding()).isEqualTo("not measured");
        assertThat(Claim.above("a", "", Estimate.difference(new double[] {5}, new double[] {1}), 0).finding())
                .isEqualTo("4 (no interval), asked > 0");
        assertThat(Claim.above("a", "", SURE, 0).finding()).isEqualTo("2 [1, 3], asked > 0");
        assertThat(Claim.within("a", "", Estimate.exact(2), 3).finding()).isEqualTo("2, asked within ±3");
    }

    @Test
    void differencesArePaired() {
        var left = new double[] {10, 20, 30, 40};
        var right = new double[] {9, 18, 29, 38};
        var difference = Estimate.difference(left, right);
        assertThat(difference.value()).isCloseTo(1.5, within(1e-12));
        assertThat(difference.low()).isBetween(1.0, 1.5);
        assertThat(difference.high()).isBetween(1.5, 2.0);
        assertThat(difference.n()).isEqualTo(4);
        assertThat(Estimate.difference(left, right)).isEqualTo(difference);
        assertThat(Estimate.difference(left, new double[0])).isEqualTo(Estimate.NONE);
    }

    /// A diverged run without a value must not vanish from an average.
    @Test
    void aPairWithoutAValueMakesTheAverageUnknown() {
        var difference = Estimate.difference(new double[] {1, Double.NaN}, new double[] {0, 0});
        assertThat(difference.value()).isNaN();
        assertThat(difference.n()).isEqualTo(2);
        assertThat(Claim.above("a", "", difference, 0).holds()).isNull();
    }

    @Test
    void sharesHaveTheIntervalOfWilson() {
        var share = Estimate.share(8, 10);
        assertThat(share.value()).isEqualTo(0.8);
        assertThat(share.low()).isCloseTo(0.4902, within(1e-4));
        assertThat(share.high()).isCloseTo(0.9433, within(1e-4));
        assertThat(Estimate.share(0, 0)).isEqualTo(Estimate.NONE);
    }

    private static List<Claim> claims(double... values) {
        var names = List.of("x", "y", "z");
        return IntStream.range(0, values.length)
                .mapToObj(i -> Claim.above(
                        names.get(i), "", Double.isNaN(values[i]) ? Estimate.NONE : Estimate.exact(values[i]), 0))
                .toList();
    }

    @Test
    void aRuleIsThreeValued() {
        var rule = new Verdict.Rule(Condition.all("x", "y"), Condition.all("x"));
        assertThat(rule.on(claims(1, 1))).isEqualTo(Verdict.REPRODUCED);
        assertThat(rule.on(claims(1, -1))).isEqualTo(Verdict.PARTLY);
        assertThat(rule.on(claims(1, Double.NaN))).isEqualTo(Verdict.PARTLY);
        assertThat(rule.on(claims(-1, 1))).isEqualTo(Verdict.NOT_REPRODUCED);
        assertThat(rule.on(claims(-1, Double.NaN))).isEqualTo(Verdict.NOT_REPRODUCED);
        assertThat(rule.on(claims(Double.NaN, 1))).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(rule.text()).isEqualTo("reproduced when x and y; partly when x");
        assertThatThrownBy(() -> rule.on(claims(1))).hasMessage("no claim has the id y");
    }

    @Test
    void conditionsCount() {
        var two = Condition.atLeast(2, "x", "y", "z");
        assertThat(two.on(claims(1, 1, -1))).isTrue();
        assertThat(two.on(claims(1, -1, -1))).isFalse();
        assertThat(two.on(claims(1, Double.NaN, -1))).isNull();
        assertThat(two.text()).isEqualTo("2 of (x, y, z)");
        assertThat(Condition.all("x").or(Condition.all("y")).on(claims(Double.NaN, 1))).isTrue();
        assertThat(Condition.atLeast(2, Condition.all("x", "y"), Condition.all("z"), Condition.all("y"))
                        .on(claims(1, 1, -1)))
                .isTrue();
    }
}
