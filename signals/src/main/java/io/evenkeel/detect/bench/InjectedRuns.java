package io.evenkeel.detect.bench;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Made runs with long histories and faults at known points, for what real logs are too short or too few for.
///
/// Loss: `floor + (start - floor) (1 + t / knee)^-power`, with `start` the logarithm of a vocabulary, times
/// log-normal-like noise: a first-order autoregression of Student's t with 4 degrees of freedom, of a size drawn
/// log-uniformly from 0.3 % to 3 % of the loss. Gradient norm: falling to a level, with noise of the same kind in its
/// logarithm; one healthy run in two has harmless spikes of the gradient norm and of the loss. Faults are laid over it.
final class InjectedRuns {
    private InjectedRuns() {}

    /// The kinds of run.
    enum Fault {
        /// None.
        HEALTHY(false),
        /// A jump of 15 to 40 % of the progress that decays within 5 to 40 points.
        SPIKE_AND_RETURN(false),
        /// The loss rises within 20 to 100 points by 30 to 110 % of the progress and stays.
        FAST_DIVERGENCE(true),
        /// The loss turns and rises over the rest of the run, by 12 to 60 % of the progress.
        SLOW_DIVERGENCE(true),
        /// A jump that leaves a tenth to a third of the progress lost for good.
        SPIKE_WITH_DAMAGE(true),
        /// The loss never leaves its start.
        STUCK(true),
        /// Loss and gradient are NaN from some point on.
        NAN(true);

        final boolean bad;

        Fault(boolean bad) {
            this.bad = bad;
        }
    }

    /// Runs of every kind, `each` of them, the healthy kinds `4 each`.
    static List<LabelledRun> generate(long seed, int each) {
        var runs = new ArrayList<LabelledRun>();
        for (var fault : Fault.values()) {
            int count = fault == Fault.HEALTHY ? 4 * each : each;
            for (var i = 0; i < count; i++) {
                runs.add(run(RandomStream.of(seed, fault.name() + i), fault, i));
            }
        }
        return runs;
    }

    private static LabelledRun run(RandomStream random, Fault fault, int index) {
        int points = (int) between(random, 2000, 6000);
        double start = Math.log(between(random, 256, 100_000));
        double floor = start * between(random, 0.1, 0.45);
        double knee = between(random, 10, 150);
        double power = between(random, 0.35, 0.9);
        double noise = 0.003 * Math.pow(10, random.nextDouble());
        var loss = new double[points];
        var norm = new double[points];
        var lossNoise = new Noise(random.split("loss"));
        var normNoise = new Noise(random.split("norm"));
        for (var t = 0; t < points; t++) {
            double clean = floor + (start - floor) * Math.pow(1 + t / knee, -power);
            if (fault == Fault.STUCK) {
                clean = start;
            }
            loss[t] = clean * (1 + noise * lossNoise.next());
            norm[t] = (0.3 + 3 * Math.pow(1 + t / knee, -0.7)) * Math.exp(0.15 * normNoise.next());
        }
        if (random.nextBoolean()) {
            spikes(random, loss, norm, points / 500, 0.05);
        }
        int at = fault == Fault.HEALTHY || fault == Fault.STUCK ? -1 : (int) (points * between(random, 0.3, 0.8));
        if (at >= 0) {
            inject(random, fault, at, start, loss, norm);
        }
        var steps = new long[points];
        Arrays.setAll(steps, t -> t + 1L);
        return new LabelledRun(
                "injected",
                fault.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                fault.name().toLowerCase(Locale.ROOT).replace('_', '-') + " " + index,
                fault.bad,
                steps,
                loss,
                norm,
                fault == Fault.STUCK ? 0 : at);
    }

    /// Jumps of the gradient norm and smaller ones of the loss that are gone after one to three points.
    private static void spikes(RandomStream random, double[] loss, double[] norm, int count, double size) {
        for (var k = 0; k < count; k++) {
            int at = 100 + (int) (random.nextDouble() * (loss.length - 110));
            int length = 1 + (int) (random.nextDouble() * 3);
            double rise = size * between(random, 0.5, 2);
            double times = between(random, 3, 30);
            for (var t = at; t < at + length; t++) {
                loss[t] *= 1 + rise;
                norm[t] *= times;
            }
        }
    }

    private static void inject(RandomStream random, Fault fault, int at, double start, double[] loss, double[] norm) {
        double progress = start - loss[at];
        switch (fault) {
            case SPIKE_AND_RETURN -> {
                double height = progress * between(random, 0.15, 0.4);
                double decay = between(random, 5, 40) / 4;
                for (var t = at; t < loss.length; t++) {
                    loss[t] += height * Math.exp(-(t - at) / decay);
                    norm[t] *= 1 + 20 * Math.exp(-(t - at) / decay);
                }
            }
            case FAST_DIVERGENCE -> {
                double height = progress * between(random, 0.3, 1.1);
                double rise = between(random, 20, 100);
                for (var t = at; t < loss.length; t++) {
                    loss[t] += height * Math.min(1, (t - at) / rise);
                    norm[t] *= 1 + 10 * Math.min(1, (t - at) / rise);
                }
            }
            case SLOW_DIVERGENCE -> {
                double height = progress * between(random, 0.12, 0.6);
                for (var t = at; t < loss.length; t++) {
                    double share = (t - at) / (double) (loss.length - at);
                    loss[t] += height * Math.pow(share, 1.5);
                    norm[t] *= 1 + 4 * share;
                }
            }
            case SPIKE_WITH_DAMAGE -> {
                double height = progress * between(random, 0.3, 0.8);
                double left = progress * between(random, 0.1, 0.33);
                for (var t = at; t < loss.length; t++) {
                    loss[t] += left + height * Math.exp(-(t - at) / 8.0);
                    norm[t] *= 1 + 20 * Math.exp(-(t - at) / 8.0);
                }
            }
            case NAN -> {
                Arrays.fill(loss, at, loss.length, Double.NaN);
                Arrays.fill(norm, at, norm.length, Double.NaN);
            }
            case HEALTHY, STUCK -> throw new AssertionError(fault + " has no point of injection");
        }
    }

    private static double between(RandomStream random, double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    /// A first-order autoregression of Student's t with 4 degrees of freedom, of unit variance.
    private static final class Noise {
        private static final double MEMORY = 0.3;
        private final RandomStream random;
        private double value;

        Noise(RandomStream random) {
            this.random = random;
        }

        double next() {
            var squares = 0.0;
            for (var i = 0; i < 4; i++) {
                double g = random.nextGaussian();
                squares += g * g;
            }
            // t with 4 degrees of freedom has variance 2.
            double shock = random.nextGaussian() / Math.sqrt(squares / 4) / Math.sqrt(2);
            value = MEMORY * value + Math.sqrt(1 - MEMORY * MEMORY) * shock;
            return value;
        }
    }
}
