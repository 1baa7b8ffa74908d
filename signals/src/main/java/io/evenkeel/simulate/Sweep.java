package io.evenkeel.simulate;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/// The same job under every policy and number of workers, over many seeds.
public final class Sweep {
    private static final int RESAMPLES = 1000;

    private Sweep() {}

    /// What is swept.
    ///
    /// @param base     the job; its number of workers and policy are replaced
    /// @param workers  numbers of workers
    /// @param policies the ways to recover; their names must differ
    /// @param seeds    jobs for each pair of both, >= 2
    /// @param seed     the first seed
    public record Config(Simulation.Config base, List<Integer> workers, List<Policy> policies, int seeds, long seed) {
        public Config {
            workers = List.copyOf(workers);
            policies = List.copyOf(policies);
            if (workers.isEmpty()) {
                throw new IllegalArgumentException("workers must hold at least one number but was empty");
            }
            if (policies.isEmpty()
                    || policies.stream().map(Policy::name).distinct().count() < policies.size()) {
                throw new IllegalArgumentException("policies must be named differently but was "
                        + policies.stream().map(Policy::name).toList());
            }
            if (seeds < 2) {
                throw new IllegalArgumentException("seeds must be >= 2 but was " + seeds);
            }
        }

        /// From 8 to 12,288 workers by powers of two, all policies, 20 seeds.
        public static Config defaults() {
            return new Config(
                    Simulation.Config.defaults(),
                    List.of(8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 12_288),
                    Policy.all(),
                    20,
                    1);
        }
    }

    /// A mean over seeds.
    ///
    /// @param mean the mean
    /// @param low  lower end of its 95 % interval: percentile bootstrap over seeds
    /// @param high upper end
    public record Estimate(double mean, double low, double high) {
        static Estimate of(double[] values, RandomStream random) {
            var means = new double[RESAMPLES];
            for (int i = 0; i < RESAMPLES; i++) {
                double sum = 0;
                for (int k = 0; k < values.length; k++) {
                    sum += values[random.nextInt(values.length)];
                }
                means[i] = sum / values.length;
            }
            Arrays.sort(means);
            return new Estimate(
                    Arrays.stream(values).average().orElse(Double.NaN),
                    means[(int) (0.025 * RESAMPLES)],
                    means[(int) (0.975 * RESAMPLES) - 1]);
        }
    }

    /// One policy at one number of workers.
    ///
    /// @param policy             its name
    /// @param workers            number of workers
    /// @param seeds              jobs behind the means
    /// @param jobMtbfSeconds     mean time between troubles of any worker
    /// @param intervalSeconds    training between checkpoints
    /// @param ratio              effective training-time ratio
    /// @param lostRatio          training that was lost, over all time
    /// @param checkpointRatio    standing still for checkpoints, over all time
    /// @param downRatio          standing still for failures, over all time
    /// @param failures           crashes and hangs
    /// @param recoveries         times that training went on after standing still or going back
    /// @param rollbacks          times that damaged weights were taken back
    /// @param halts              times that the guard gave up
    public record Row(
            String policy,
            int workers,
            int seeds,
            double jobMtbfSeconds,
            double intervalSeconds,
            Estimate ratio,
            Estimate lostRatio,
            Estimate checkpointRatio,
            Estimate downRatio,
            Estimate failures,
            Estimate recoveries,
            Estimate rollbacks,
            Estimate halts) {}

    /// A row for every policy and number of workers, policies outermost.
    public static List<Row> run(Config config) {
        var rows = new ArrayList<Row>();
        for (var policy : config.policies()) {
            for (int workers : config.workers()) {
                var job = config.base().policy(policy).workers(workers);
                var results = LongStream.range(config.seed(), config.seed() + config.seeds())
                        .mapToObj(seed -> Simulation.run(job, seed))
                        .toList();
                rows.add(
                        row(job, results, RandomStream.of(config.seed(), "interval/" + policy.name() + "/" + workers)));
            }
        }
        return rows;
    }

    private static Row row(Simulation.Config job, List<Simulation.Result> results, RandomStream random) {
        interface Means {
            Estimate of(ToDoubleFunction<Simulation.Result> value);
        }
        Means means = value -> Estimate.of(results.stream().mapToDouble(value).toArray(), random);
        return new Row(
                job.policy().name(),
                job.workers(),
                results.size(),
                job.faults().mtbfSeconds() / job.workers(),
                job.intervalSteps() * job.stepSeconds(),
                means.of(Simulation.Result::ratio),
                means.of(Simulation.Result::lostRatio),
                means.of(result -> result.checkpointSeconds() / result.seconds()),
                means.of(result -> (result.detectionSeconds() + result.recoverySeconds()) / result.seconds()),
                means.of(Simulation.Result::failures),
                means.of(Simulation.Result::recoveries),
                means.of(Simulation.Result::rollbacks),
                means.of(Simulation.Result::halts));
    }
}
