package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/// Adam that keeps row and column means of a matrix's second moment instead of all of it (Shazeer and Stern,
/// "Adafactor: adaptive learning rates with sublinear memory cost", 2018).
///
///     beta_t = 1 - t^-decayRate
///     R <- beta_t R + (1 - beta_t) mean over columns of g^2,   C likewise over rows
///     v = R C / mean(R)            of the last two dimensions; a vector has all of v
///     u = g / sqrt(v + eps),   u <- u / max(1, rms(u) / clipThreshold)
///     u <- m <- beta1 m + (1 - beta1) u                        with beta1 > 0
///     p <- p - decay p,   p <- p - lr a u                      a = max(1e-3, rms(p)) with scaleParameter, else 1
///
/// `eps` is added where the means are used, not to what they average: the averages begin with the first gradient, so
/// that is the same number.
///
/// @paper P81 compares with it
/// @param lr             peak learning rate, > 0
/// @param beta1          decay of the average of updates, in [0, 1); 0 for none
/// @param decayRate      of the second moment, in (0, 1]
/// @param eps            added to the mean squares, `>= 1e-30`
/// @param clipThreshold  greatest root mean square of an update before the learning rate, > 0
/// @param scaleParameter whether the update is relative to the size of the tensor
/// @param weightDecay    `>= 0`, of tensors of two dimensions and more, times the learning rate
public record Adafactor(
        double lr,
        double beta1,
        double decayRate,
        double eps,
        double clipThreshold,
        boolean scaleParameter,
        double weightDecay)
        implements OptimizerConfig.Rule {
    private static final String ROWS = "row_second_moment";
    private static final String COLUMNS = "column_second_moment";
    private static final String ALL = "vector_second_moment";
    private static final double LEAST_SIZE = 1e-3;

    public Adafactor {
        Checks.positive("lr", lr);
        Checks.share("beta1", beta1);
        if (!(decayRate > 0 && decayRate <= 1)) {
            throw new IllegalArgumentException("decayRate must be in (0, 1] but was " + decayRate);
        }
        Checks.eps(eps);
        Checks.positive("clipThreshold", clipThreshold);
        Checks.notNegative("weightDecay", weightDecay);
    }

    /// The paper's, with a learning rate of its own instead of one by the step.
    public static Adafactor defaults() {
        return new Adafactor(1e-3, 0, 0.8, 1e-30, 1, false, 0);
    }

    @Override
    public Adafactor withLr(double lr) {
        return new Adafactor(lr, beta1, decayRate, eps, clipThreshold, scaleParameter, weightDecay);
    }

    @Override
    public List<String> moments() {
        return beta1 == 0 ? List.of() : List.of(Adaptive.FIRST_MOMENT);
    }

    @Override
    public Map<String, long[]> statistics(Parameter parameter) {
        var shape = parameter.shape();
        if (shape.length < 2) {
            return Map.of(ALL, shape);
        }
        var last = shape.length - 1;
        var rows = shape.clone();
        rows[last] = 1;
        var columns = shape.clone();
        columns[last - 1] = 1;
        return Map.of(ROWS, rows, COLUMNS, columns);
    }

    @Override
    public void update(Run run, Step step) {
        run.decay(step.decay(false));
        var forgets = Math.pow((double) step.number(), -decayRate);
        for (var member : run.members()) {
            var u = normalised(member, forgets);
            u.div_(u.square().mean().sqrt().div(clipThreshold).clampMin(1));
            if (beta1 > 0) {
                u = member.moment(Adaptive.FIRST_MOMENT).lerp_(u, 1 - beta1);
            }
            if (scaleParameter) {
                u = u.mul(member.value().square().mean().sqrt().clampMin(LEAST_SIZE));
            }
            member.value().add_(u, -step.lr());
        }
    }

    private Tensor normalised(Run.Member member, double forgets) {
        var g = member.gradient();
        var square = g.square();
        if (g.dim() < 2) {
            var v = member.statistic(ALL).lerp_(square, forgets);
            return g.div(v.add(eps).sqrt_());
        }
        var rows = member.statistic(ROWS)
                .lerp_(square.mean(true, g.dim() - 1), forgets)
                .add(eps); // [.., r, 1]
        var columns = member.statistic(COLUMNS)
                .lerp_(square.mean(true, g.dim() - 2), forgets)
                .add(eps); // [.., 1, c]
        var share = rows.div(rows.mean(true, LongStream.of(g.dim() - 2).toArray()));
        return g.mul(share.rsqrt()).mul_(columns.rsqrt());
    }
}
