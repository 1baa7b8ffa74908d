package io.evenkeel.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.nn.Parameters;
import io.evenkeel.optim.Toy.Declared;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every rule against its formulas in double precision over several steps, and against single published numbers.
class UpdateRulesTest {
    private static final int STEPS = 8;
    private static final double FLOAT = 4e-7;

    /// A rule once more, for one tensor, in doubles; written from the rule's paper, not from its implementation.
    private abstract static class Doubles {
        double[] p = {};
        double[] m = {};
        double[] v = {};
        int t;

        abstract void update(double[] g, double lr, double factor, double decay, boolean matrix);

        final void step(double[] g, double lr, double factor, double decay, boolean matrix) {
            if (t == 0) {
                m = new double[p.length];
                v = new double[p.length];
            }
            t++;
            update(g, lr, factor, decay, matrix);
        }
    }

    private static final class AdamWDoubles extends Doubles {
        private final double b1;
        private final double b2;
        private final double eps;
        private final boolean independent;

        AdamWDoubles(AdamW rule) {
            b1 = rule.betas().get(0);
            b2 = rule.betas().get(1);
            eps = rule.eps();
            independent = rule.independentDecay();
        }

        @Override
        void update(double[] g, double lr, double factor, double decay, boolean matrix) {
            for (var i = 0; i < p.length; i++) {
                p[i] -= (independent ? factor : lr) * decay * p[i];
                m[i] = b1 * m[i] + (1 - b1) * g[i];
                v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
                var mHat = m[i] / (1 - Math.pow(b1, t));
                var vHat = v[i] / (1 - Math.pow(b2, t));
                p[i] -= lr * mHat / (Math.sqrt(vHat) + eps);
            }
        }
    }

    private static final class AdamAtan2Doubles extends Doubles {
        private final AdamAtan2 rule;

        AdamAtan2Doubles(AdamAtan2 rule) {
            this.rule = rule;
        }

        @Override
        void update(double[] g, double lr, double factor, double decay, boolean matrix) {
            double b1 = rule.betas().get(0);
            double b2 = rule.betas().get(1);
            for (var i = 0; i < p.length; i++) {
                p[i] *= 1 - lr * decay;
                m[i] = b1 * m[i] + (1 - b1) * g[i];
                v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
                p[i] -= lr / (1 - Math.pow(b1, t)) * Math.atan2(m[i], Math.sqrt(v[i] / (1 - Math.pow(b2, t))));
            }
        }
    }

    private static final class RAdamDoubles extends Doubles {
        private final double b1;
        private final double b2;
        private final double eps;

        RAdamDoubles(RAdam rule) {
            b1 = rule.betas().get(0);
            b2 = rule.betas().get(1);
            eps = rule.eps();
        }

        @Override
        void update(double[] g, double lr, double factor, double decay, boolean matrix) {
            var most = 2 / (1 - b2) - 1;
            var rho = most - 2 * t * Math.pow(b2, t) / (1 - Math.pow(b2, t));
            var r = Math.sqrt((rho - 4) / (most - 4) * (rho - 2) / (most - 2) * most / rho);
            for (var i = 0; i < p.length; i++) {
                p[i] *= 1 - lr * decay;
                m[i] = b1 * m[i] + (1 - b1) * g[i];
                v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
                var mHat = m[i] / (1 - Math.pow(b1, t));
                p[i] -= rho > 5 ? lr * mHat * r * Math.sqrt(1 - Math.pow(b2, t)) / (Math.sqrt(v[i]) + eps) : lr * mHat;
            }
        }
    }

    private static final class LionDoubles extends Doubles {
        private final double b1;
        private final double b2;

        LionDoubles(Lion rule) {
            b1 = rule.betas().get(0);
            b2 = rule.betas().get(1);
        }

        @Override
        void update(double[] g, double lr, double factor, double decay, boolean matrix) {
            for (var i = 0; i < p.length; i++) {
                p[i] -= lr * (Math.signum(b1 * m[i] + (1 - b1) * g[i]) + decay * p[i]);
                m[i] = b2 * m[i] + (1 - b2) * g[i];
            }
        }
    }

    private static final class LambDoubles extends Doubles {
        private final Lamb rule;

        LambDoubles(Lamb rule) {
            this.rule = rule;
        }

        @Override
        void update(double[] g, double lr, double factor, double decay, boolean matrix) {
            double b1 = rule.betas().get(0);
            double b2 = rule.betas().get(1);
            var u = new double[p.length];
            var pp = 0.0;
            var uu = 0.0;
            for (var i = 0; i < p.length; i++) {
                m[i] = b1 * m[i] + (1 - b1) * g[i];
                v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
                var mHat = m[i] / (1 - Math.pow(b1, t));
                var vHat = v[i] / (1 - Math.pow(b2, t));
                u[i] = mHat / (Math.sqrt(vHat) + rule.eps()) + decay * p[i];
                pp += p[i] * p[i];
                uu += u[i] * u[i];
            }
            var ratio = (matrix || rule.scaleVectors()) && pp > 0 && uu > 0 ? Math.sqrt(pp / uu) : 1;
            for (var i = 0; i < p.length; i++) {
                p[i] -= lr * ratio * u[i];
            }
        }
    }

    private static final class SgdDoubles extends Doubles {
        private final Sgd rule;

        SgdDoubles(Sgd rule) {
            this.rule = rule;
        }

        @Override
        void update(double[] g, double lr, double factor, double decay, boolean matrix) {
            for (var i = 0; i < p.length; i++) {
                var d = g[i] + decay * p[i];
                if (rule.momentum() > 0) {
                    m[i] = t == 1 ? d : rule.momentum() * m[i] + (1 - rule.dampening()) * d;
                    d = rule.nesterov() ? d + rule.momentum() * m[i] : m[i];
                }
                p[i] -= lr * d;
            }
        }
    }

    private static final class AdaBeliefDoubles extends Doubles {
        private final AdaBelief rule;
        private double[] greatest = {};

        AdaBeliefDoubles(AdaBelief rule) {
            this.rule = rule;
        }

        @Override
        void update(double[] g, double lr, double factor, double decay, boolean matrix) {
            double b1 = rule.betas().get(0);
            double b2 = rule.betas().get(1);
            greatest = t == 1 ? new double[p.length] : greatest;
            var most = 2 / (1 - b2) - 1;
            var length = most - 2 * t * Math.pow(b2, t) / (1 - Math.pow(b2, t));
            var bc1 = 1 - Math.pow(b1, t);
            var bc2 = 1 - Math.pow(b2, t);
            for (var i = 0; i < p.length; i++) {
                p[i] -= (rule.independentDecay() ? factor : lr) * decay * p[i];
                m[i] = b1 * m[i] + (1 - b1) * g[i];
                v[i] = b2 * v[i] + (1 - b2) * Math.pow(g[i] - m[i], 2) + rule.eps();
                greatest[i] = Math.max(greatest[i], v[i]);
                var s = rule.amsgrad() ? greatest[i] : v[i];
                if (!rule.rectify()) {
                    p[i] -= lr / bc1 * m[i] / (Math.sqrt(s) / Math.sqrt(bc2) + rule.eps());
                } else if (length >= 5) {
                    var c = Math.sqrt(bc2 * (length - 4) / (most - 4) * (length - 2) / length * most / (most - 2))
                            / bc1;
                    p[i] -= lr * c * m[i] / (Math.sqrt(s) + rule.eps());
                } else if (rule.degenerateToSgd()) {
                    p[i] -= lr / bc1 * m[i];
                }
            }
        }
    }

    private static final class YogiDoubles extends Doubles {
        private final Yogi rule;

        YogiDoubles(Yogi rule) {
            this.rule = rule;
        }

        @Override
        void update(double[] g, double lr, double factor, double decay, boolean matrix) {
            double b1 = rule.betas().get(0);
            double b2 = rule.betas().get(1);
            for (var i = 0; i < p.length; i++) {
                p[i] -= (rule.independentDecay() ? factor : lr) * decay * p[i];
                m[i] = b1 * m[i] + (1 - b1) * g[i];
                v[i] -= (1 - b2) * Math.signum(v[i] - g[i] * g[i]) * g[i] * g[i];
                p[i] -= lr * m[i] / (1 - Math.pow(b1, t)) / (Math.sqrt(v[i] / (1 - Math.pow(b2, t))) + rule.eps());
            }
        }
    }

    private static Doubles doubles(OptimizerConfig.Rule rule) {
        return switch (rule) {
            case AdamW adamW -> new AdamWDoubles(adamW);
            case AdamAtan2 adam -> new AdamAtan2Doubles(adam);
            case Sgd sgd -> new SgdDoubles(sgd);
            case Lion lion -> new LionDoubles(lion);
            case RAdam rAdam -> new RAdamDoubles(rAdam);
            case Lamb lamb -> new LambDoubles(lamb);
            case AdaBelief adaBelief -> new AdaBeliefDoubles(adaBelief);
            case Yogi yogi -> new YogiDoubles(yogi);
            case Adafactor _, Spam _, StableSpam _ ->
                throw new AssertionError(rule + " looks at shapes or history: see its own test");
        };
    }

    private static List<OptimizerConfig.Rule> rules() {
        return List.of(
                AdamW.defaults(),
                new AdamW(0.05, List.of(0.8, 0.99), 1e-3, 0.005, true),
                new AdamW(0.01, List.of(0.0, 0.9), 1e-15, 0, false),
                AdamAtan2.defaults(),
                new AdamAtan2(0.05, List.of(0.8, 0.99), 0.1, false),
                new Sgd(0.1, 0, 0, false, 0.1),
                new Sgd(0.1, 0.9, 0.3, false, 0.1),
                new Sgd(0.1, 0.9, 0, true, 0),
                Lion.defaults(),
                new Lion(0.01, List.of(0.95, 0.98), 0.1, false),
                new RAdam(0.01, List.of(0.9, 0.999), 1e-8, 0.1, false),
                new RAdam(0.01, List.of(0.5, 0.7), 1e-4, 0, false), // rectified from the start: R = 5.67
                Lamb.defaults(),
                new Lamb(0.1, List.of(0.9, 0.95), 1e-6, 0.1, true),
                AdaBelief.defaults(),
                new AdaBelief(0.01, List.of(0.9, 0.99), 1e-8, 0.1, false, false, false, false),
                new AdaBelief(0.01, List.of(0.5, 0.7), 1e-6, 0.005, true, true, true, false),
                new AdaBelief(0.01, List.of(0.9, 0.99), 1e-8, 0, false, true, false, false),
                Yogi.defaults(),
                new Yogi(0.01, List.of(0.8, 0.9), 1e-8, 0.1, false));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aRuleFollowsItsFormulas(OptimizerConfig.Rule rule) {
        try (var parameters = Toy.small();
                var optimizer = new OptimizerConfig(rule, new Clip.None(), List.of()).build(parameters)) {
            var expected = parameters.all().stream()
                    .map(parameter -> {
                        var doubles = doubles(rule);
                        doubles.p = parameter.value().toDoubles();
                        return doubles;
                    })
                    .toList();
            var random = RandomStream.of(5, "gradients");
            for (var step = 0; step < STEPS; step++) {
                Toy.randomGradients(parameters, random, 1);
                var factor = 1 - step / (2.0 * STEPS);
                for (var i = 0; i < expected.size(); i++) {
                    var parameter = parameters.all().get(i);
                    var matrix = parameter.shape().length >= 2;
                    expected.get(i)
                            .step(
                                    parameter.gradient().toDoubles(),
                                    rule.lr() * factor,
                                    factor,
                                    matrix ? rule.weightDecay() : 0,
                                    matrix);
                }
                optimizer.step(factor, Toy.gradientNorm(parameters));
                for (var i = 0; i < expected.size(); i++) {
                    var parameter = parameters.all().get(i);
                    assertThat(parameter.value().toDoubles())
                            .as("%s after %d steps", parameter.name(), step + 1)
                            .containsExactly(expected.get(i).p, within(FLOAT * (step + 2)));
                }
            }
        }
    }

    /// Two parameters of two elements, so that rules which look at whole tensors see one.
    private static Parameters pair() {
        return Toy.of(new Declared("w", 1, 2));
    }

    private static double[] after(OptimizerConfig.Rule rule, double[] values, double[]... gradients) {
        try (var parameters = pair();
                var optimizer = new OptimizerConfig(rule, new Clip.None(), List.of()).build(parameters)) {
            Toy.setValues(parameters, "w", values);
            for (var gradient : gradients) {
                Toy.setGradient(parameters, "w", gradient);
                optimizer.step(1, Toy.gradientNorm(parameters));
            }
            return Toy.values(parameters, "w");
        }
    }

    /// By hand: after the first step Adam's update is lr g / (|g| + eps), the sign; with constant gradients it
    /// stays so.
    @Test
    void adamMovesByItsLearningRateUnderAConstantGradient() {
        var rule = new AdamW(0.1, List.of(0.9, 0.999), 1e-8, 0, false);
        var g = new double[] {3, -0.25};
        assertThat(after(rule, new double[] {1, 1}, g, g, g)).containsExactly(new double[] {0.7, 1.3}, within(1e-6));
    }

    /// Reference checks of P33 for Adam: gradients 1, -1, 1 at lr 1e-3 lead from 0 to -1.2831618e-3.
    @Test
    void adamHasThePublishedValueUnderAnAlternatingGradient() {
        var rule = new AdamW(1e-3, List.of(0.9, 0.999), 1e-16, 0, false);
        var result = after(rule, new double[] {0, 0}, new double[] {1, -1}, new double[] {-1, 1}, new double[] {1, -1});
        assertThat(result).containsExactly(new double[] {-1.2831618e-3, 1.2831618e-3}, within(2e-9));
    }

    private static AdaBelief adaBelief(boolean rectify) {
        return new AdaBelief(1e-3, List.of(0.9, 0.999), 1e-16, 0, false, rectify, false, true);
    }

    /// Reference checks of P33: under a constant gradient of 1 three steps lead from 0 to -3.5046998e-3, under an
    /// alternating one to -1.4150485e-3; rectified, five steps are 1e-3 each and the next two 3.6172841e-5 and
    /// 4.7789275e-5.
    @Test
    void adaBeliefHasThePublishedValues() {
        var one = new double[] {1, -1};
        var other = new double[] {-1, 1};
        assertThat(after(adaBelief(false), new double[2], one))
                .containsExactly(new double[] {-1.1111111e-3, 1.1111111e-3}, within(1e-9));
        assertThat(after(adaBelief(false), new double[2], one, one, one)[0]).isCloseTo(-3.5046998e-3, within(2e-9));
        assertThat(after(adaBelief(false), new double[2], one, other, one)[0]).isCloseTo(-1.4150485e-3, within(2e-9));
        assertThat(after(adaBelief(true), new double[2], one, one, one, one, one)[0])
                .isCloseTo(-5e-3, within(1e-9));
        assertThat(after(adaBelief(true), new double[2], one, one, one, one, one, one, one)[0])
                .isCloseTo(-5e-3 - 3.6172841e-5 - 4.7789275e-5, within(2e-9));
    }

    /// Reference check of P33: what eps adds up to bounds the step, 3162 lr by default in the end.
    @Test
    void adaBeliefTakesLargeStepsUnderAConstantGradient() {
        try (var parameters = pair();
                var optimizer = new OptimizerConfig(adaBelief(false), new Clip.None(), List.of()).build(parameters)) {
            Toy.setGradient(parameters, "w", 1, 1);
            for (var t = 1; t < 1000; t++) {
                optimizer.step(1, Math.sqrt(2));
            }
            Toy.setValues(parameters, "w", 0, 0);
            optimizer.step(1, Math.sqrt(2));
            assertThat(Toy.values(parameters, "w")[0]).isCloseTo(-0.0200312, within(2e-5));
        }
    }

    /// Reference checks of P40: under a constant gradient of 1e-9 the update over lr is 0.0909091 with eps 1e-8 and
    /// 0.999999 with 1e-15; two steps of independent decay without gradient leave (1 - 1e-4)^2 at any learning
    /// rate.
    @Test
    void adamHasThePublishedValuesOfEpsAndIndependentDecay() {
        var g = new double[] {1e-9, 1e-9};
        assertThat(after(new AdamW(1, List.of(0.9, 0.95), 1e-8, 0, false), new double[2], g)[0])
                .isCloseTo(-0.0909091, within(1e-7));
        assertThat(after(new AdamW(1, List.of(0.9, 0.95), 1e-15, 0, false), new double[2], g)[0])
                .isCloseTo(-0.999999, within(1e-6));
        for (var lr : new double[] {1e-3, 0.3}) {
            var rule = new AdamW(lr, List.of(0.9, 0.95), 1e-8, 1e-4, true);
            assertThat(after(rule, new double[] {1, -1}, new double[2], new double[2]))
                    .containsExactly(new double[] {0.99980001, -0.99980001}, within(2e-7));
        }
    }

    /// Reference check 1 of P02.
    @Test
    void lambHasThePublishedFirstStep() {
        var rule = new Lamb(0.01, List.of(0.9, 0.999), 1e-6, 0.01, false);
        assertThat(after(rule, new double[] {3, 4}, new double[] {1, -1}))
                .containsExactly(new double[] {2.963424, 4.034091}, within(2e-6));
    }

    @Test
    void lambTakesTheRatioAsOneWhereANormIsZero() {
        var rule = new Lamb(0.01, List.of(0.9, 0.999), 1e-6, 0, false);
        assertThat(after(rule, new double[2], new double[] {1, -1}))
                .containsExactly(new double[] {-0.01, 0.01}, within(1e-7));
        assertThat(after(rule, new double[] {3, 4}, new double[2])).containsExactly(3, 4);
    }

    /// Lengths of P33 (N_5 = 4.995998, N_6 = 5.9941638 for beta2 = 0.999): five steps of momentum, then the
    /// rectified
    /// ones. With constant gradient 1 the corrected momentum and root are 1, so step t is lr r_t:
    /// r_6 = sqrt((5.9941638 - 4) (5.9941638 - 2) 1999 / ((1999 - 4) (1999 - 2) 5.9941638)) = 0.0258211.
    @Test
    void rAdamRectifiesFromTheSixthStepOn() {
        for (var t = 1; t <= 5; t++) {
            assertThat(RAdam.rectified(0.999, t)).isZero();
        }
        var r = 0.0258211;
        assertThat(RAdam.rectified(0.999, 6) / Math.sqrt(1 - Math.pow(0.999, 6)))
                .isCloseTo(r, within(1e-7));
        var ones = new double[] {1, 1};
        var rule = new RAdam(1e-3, List.of(0.9, 0.999), 1e-8, 0, false);
        assertThat(after(rule, new double[2], ones, ones, ones, ones, ones, ones)[0])
                .isCloseTo(-5e-3 - 1e-3 * r, within(1e-8));
    }

    /// By hand. lr 0.1, momentum 0.5, gradients 1, 1, 1: buffers 1, 1.5, 1.75; with dampening 0.5: 1, 1, 1;
    /// Nesterov moves by 1 + 0.5 b: 1.5, 1.75, 1.875. Coupled decay 0.5 at 2 turns a gradient of 1 into 2.
    @Test
    void sgdHasTheValuesByHand() {
        var one = new double[] {1, 1};
        var start = new double[] {2, 2};
        assertThat(after(new Sgd(0.1, 0.5, 0, false, 0), start, one, one, one)[0])
                .isCloseTo(1.575, within(1e-6));
        assertThat(after(new Sgd(0.1, 0.5, 0.5, false, 0), start, one, one, one)[0])
                .isCloseTo(1.7, within(1e-6));
        assertThat(after(new Sgd(0.1, 0.5, 0, true, 0), start, one, one, one)[0])
                .isCloseTo(1.4875, within(1e-6));
        assertThat(after(new Sgd(0.1, 0, 0, false, 0.5), start, one)[0]).isCloseTo(1.8, within(1e-6));
    }

    /// By hand. lr 0.1, betas 0.5 and 0.75, decay 1, from 1. Step 1, g = 1: u = 1, p = 1 - 0.1 - 0.1 = 0.8, m =
    /// 0.25.
    /// Step 2, g = -0.2: 0.5 * 0.25 - 0.5 * 0.2 > 0, p = 0.8 - 0.08 - 0.1 = 0.62, m = 0.1375.
    /// Step 3, g = -1: u = -1, p = 0.62 - 0.062 + 0.1 = 0.658.
    @Test
    void lionHasTheValuesByHand() {
        var rule = new Lion(0.1, List.of(0.5, 0.75), 1, false);
        var gradients = new double[][] {{1, 1}, {-0.2, -0.2}, {-1, -1}};
        assertThat(after(rule, new double[] {1, 1}, gradients)[0]).isCloseTo(0.658, within(1e-6));
    }

    /// The fused kernel against the same formulas as plain operations, on a model's buffers with decayed and
    /// undecayed
    /// runs: equal to a few units in the last place of the update, over many steps.
    @Test
    void theFusedKernelEqualsThePlainChain() {
        var rule = new AdamW(1e-2, List.of(0.9, 0.95), 1e-8, 0.1, false);
        try (var fusedParameters = Toy.of(new Declared("w", 300, 70), new Declared("b", 333));
                var plainParameters = Toy.of(new Declared("w", 300, 70), new Declared("b", 333));
                var fused = new OptimizerConfig(rule, new Clip.None(), List.of()).build(fusedParameters);
                var plain = new Chain(
                        plainParameters,
                        List.of(),
                        parameter -> Optional.of(new Chain.Settings(
                                new PlainAdamW(rule), rule.lr(), parameter.shape().length < 2 ? 0 : 0.1)))) {
            for (var step = 0; step < 50; step++) {
                for (var parameters : List.of(fusedParameters, plainParameters)) {
                    Toy.randomGradients(parameters, RandomStream.of(step, "gradients"), 1e-3);
                }
                fused.step(1, Double.NaN);
                plain.step(1, Double.NaN);
            }
            for (var name : List.of("w", "b")) {
                assertThat(Toy.values(fusedParameters, name))
                        .containsExactly(Toy.values(plainParameters, name), within(1e-6));
            }
            fused.tensors()
                    .forEach((name, moment) -> assertThat(moment.toDoubles())
                            .as(name)
                            .containsExactly(plain.tensors().get(name).toDoubles(), within(1e-9)));
        }
    }

    private static List<OptimizerConfig.Rule> elementwiseRules() {
        return rules().stream().filter(OptimizerConfig.Rule::elementwise).toList();
    }

    /// More elements than a part has give what each gives by itself.
    @ParameterizedTest
    @MethodSource("elementwiseRules")
    void longRunsAreUpdatedInParts(OptimizerConfig.Rule rule) {
        var rows = 700;
        try (var all = Toy.of(new Declared("w", 2L * rows, 1000));
                var optimizer = new OptimizerConfig(rule, new Clip.None(), List.of()).build(all);
                var half = Toy.of(new Declared("w", rows, 1000));
                var other = new OptimizerConfig(rule, new Clip.None(), List.of()).build(half);
                var _ = Scope.open()) {
            var values = all.get("w").value().detach();
            half.get("w").value().detach().copy_(values.narrow(0, rows, rows));
            for (var step = 0; step < 3; step++) {
                Toy.randomGradients(all, RandomStream.of(step, "gradients"), 1);
                half.get("w").gradient().copy_(all.get("w").gradient().narrow(0, rows, rows));
                optimizer.step(1, 1);
                other.step(1, 1);
            }
            var off = values.narrow(0, rows, rows)
                    .sub(half.get("w").value().detach())
                    .abs()
                    .amax()
                    .item();
            assertThat(off).isLessThan(1e-6);
            assertThat(optimizer
                            .tensors()
                            .get("w.first_moment")
                            .narrow(0, 2L * rows - 1, 1)
                            .abs()
                            .amin()
                            .item())
                    .isPositive();
        }
    }
}
