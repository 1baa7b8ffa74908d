package io.evenkeel.studies.p02;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.study.Measurements;
import io.evenkeel.tensor.Scope;
import io.evenkeel.train.PlainRun;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.Snapshot;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A job of four workers that really trains, really breaks and really recovers, on a clock that is counted instead of
/// waited for, in minutes. A step takes one minute; each worker's share is a micro-batch.
final class FaultyJob implements AutoCloseable {
    private static final double HORIZON = 2_000;
    private static final double SLOWER = 0.1;
    private static final int KEPT = 3;

    /// What goes wrong, each in so many minutes of training on the mean.
    enum Fault {
        CRASH(60),
        HANG(120),
        NAN_GRADIENT(80),
        SLOW_WORKER(160),
        TORN_CHECKPOINT(120);

        private final double every;

        Fault(double every) {
            this.every = every;
        }
    }

    /// How it is dealt with, each with more than the one before.
    ///
    /// The numbers of each: minutes until a crash or hang is seen (`silence`) and until bad numbers are (`numbers`), minutes
    /// that a checkpoint stops training (`stop`) and until it can be relied on (`write`), and steps between checkpoints.
    enum Policy {
        /// a time-out, and the last checkpoint
        NONE(20, 20, 1, 0, 10),
        /// heartbeats
        HEARTBEAT(1, 20, 1, 0, 10),
        /// and checkpoints that are copied, then written while training goes on
        TWO_STAGE(1, 20, 0.1, 2, 4),
        /// and numbers that are looked at before they are used, bad hosts that are replaced
        FULL(1, 0, 0.1, 2, 4);

        private final double silence;
        private final double numbers;
        private final double stop;
        private final double write;
        private final int every;

        Policy(double silence, double numbers, double stop, double write, int every) {
            this.silence = silence;
            this.numbers = numbers;
            this.stop = stop;
            this.write = write;
            this.every = every;
        }

        private boolean verifies() {
            return this == TWO_STAGE || this == FULL;
        }
    }

    private static final double RESTART = 1;
    private static final double TORN_NOTICED = 5;
    private static final double AGAIN = 0.3;
    private static final double AGAIN_WITHIN = 5;
    private static final int STRAGGLER_SEEN = 5;

    /// A copy of the state that was written.
    private static final class Saved implements AutoCloseable {
        private final Snapshot state;
        private final double durable;
        private final boolean finite;
        private boolean torn;

        Saved(Snapshot state, double durable, boolean finite) {
            this.state = state;
            this.durable = durable;
            this.finite = finite;
        }

        @Override
        public void close() {
            state.close();
        }
    }

    private final PlainRun run;
    private final Policy policy;
    private final Map<Fault, RandomStream> streams = new EnumMap<>(Fault.class);
    private final Map<Fault, Double> next = new EnumMap<>(Fault.class);
    private final RandomStream again;
    private final Saved start;
    private final Deque<Saved> saved = new ArrayDeque<>();
    private final List<Double> detections = new ArrayList<>();
    private double clock;
    private long redone;
    private int faults;
    private int slowSteps = -1;
    private double poisonedAt = Double.NaN;

    private FaultyJob(PlainRun run, Policy policy, long seed) {
        this.run = run;
        this.policy = policy;
        var all = new RandomStreams(seed);
        for (var fault : Fault.values()) {
            streams.put(fault, all.stream(fault.name()));
            schedule(fault, 0);
        }
        this.again = all.stream("again");
        this.start = new Saved(run.snapshot(), 0, true);
    }

    /// Measures `ettr`, time of steps that survived over all time, `detect`, mean minutes until a fault is seen, `lost`,
    /// steps done again a fault, `faults`, `minutes`, and `identical`, whether all weights at the end have the bits of the
    /// run without faults.
    static Measurements run(RunConfig config, Policy policy, long seed, Path cache) {
        try (var undisturbed = PlainRun.of(config, cache)) {
            while (undisturbed.steps() < config.train().steps()) {
                undisturbed.step();
            }
            try (var reference = undisturbed.snapshot();
                    var run = PlainRun.of(config, cache);
                    var job = new FaultyJob(run, policy, seed)) {
                job.train();
                try (var end = run.snapshot()) {
                    return new Measurements()
                            .put("ettr", run.steps() / job.clock)
                            .put("detect", job.detections.stream().mapToDouble(Double::doubleValue).average().orElse(0))
                            .put("lost", job.faults == 0 ? 0 : (double) job.redone / job.faults)
                            .put("faults", job.faults)
                            .put("minutes", job.clock)
                            .put("identical", end.sameModel(reference));
                }
            }
        }
    }

    private void schedule(Fault fault, double from) {
        next.put(fault, from + wait(fault));
    }

    private double wait(Fault fault) {
        var stream = Objects.requireNonNull(streams.get(fault));
        return -fault.every * Math.log(1 - stream.nextDouble());
    }

    private void train() {
        var total = run.config().train().steps();
        while ((run.steps() < total || !Double.isNaN(poisonedAt)) && clock < HORIZON) {
            if (run.steps() >= total) {
                // The end is not believed before somebody has looked at it.
                clock = Math.max(clock, poisonedAt + policy.numbers);
                look();
                continue;
            }
            var end = clock + (slowSteps >= 0 ? 1 + SLOWER : 1);
            var fault = first(end);
            if (fault == null) {
                step(false);
                clock = end;
            } else {
                strike(fault, end);
            }
            look();
        }
    }

    /// The first fault before a time; null for none.
    private @Nullable Fault first(double end) {
        // What is down cannot break.
        next.replaceAll((fault, at) -> at < clock ? clock + wait(fault) : at);
        Fault first = null;
        for (var each : next.entrySet()) {
            if (each.getValue() < end && (first == null || each.getValue() < next.getOrDefault(first, end))) {
                first = each.getKey();
            }
        }
        return first;
    }

    private void strike(Fault fault, double end) {
        var at = next.getOrDefault(fault, end);
        schedule(fault, at);
        faults++;
        switch (fault) {
            case CRASH, HANG -> {
                clock = at + policy.silence;
                detections.add(policy.silence);
                recover(false);
                if (policy != Policy.FULL && again.nextDouble() < AGAIN) {
                    // The same host, which nobody has replaced.
                    next.merge(fault, clock + again.nextDouble() * AGAIN_WITHIN, Math::min);
                }
            }
            case NAN_GRADIENT -> {
                step(true);
                clock = end;
            }
            case SLOW_WORKER -> slowSteps = Math.max(0, slowSteps);
            case TORN_CHECKPOINT -> {
                if (!saved.isEmpty()) {
                    saved.getLast().torn = true;
                }
            }
        }
    }

    /// One step; with a gradient that one worker has made not a number.
    private void step(boolean poisoned) {
        var batches = run.take();
        try (var _ = Scope.open()) {
            var factor = run.schedule().factor(run.steps());
            var readings = run.backward(batches);
            if (poisoned) {
                Objects.requireNonNull(run.parameters().all().getFirst().gradient()).fill_(Double.NaN);
                readings.put(SeriesNames.GRAD_NORM, run.parameters().gradientNorm());
            }
            if (policy == Policy.FULL && !Double.isFinite(readings.get(SeriesNames.GRAD_NORM))) {
                // Seen before it is used: the same step again.
                detections.add(policy.numbers);
                redone++;
                run.continueAt(run.steps() - 1);
                run.source().seek(run.source().position() - examples());
                return;
            }
            run.update(factor, readings);
            if (Double.isNaN(poisonedAt) && !Double.isFinite(readings.get(SeriesNames.GRAD_NORM))) {
                poisonedAt = clock;
            }
        } finally {
            batches.forEach(Batch::close);
        }
        if (slowSteps >= 0 && ++slowSteps > STRAGGLER_SEEN && policy == Policy.FULL) {
            detections.add((double) STRAGGLER_SEEN);
            slowSteps = -1;
        }
        if (run.steps() % policy.every == 0) {
            save();
        }
    }

    private long examples() {
        return run.config().train().examplesPerStep();
    }

    private void save() {
        clock += policy.stop;
        saved.addLast(new Saved(run.snapshot(), clock + policy.write, Double.isNaN(poisonedAt)));
        if (saved.size() > KEPT) {
            saved.removeFirst().close();
        }
    }

    /// Whoever looks at the loss sees at last that it is not a number.
    private void look() {
        if (clock >= poisonedAt + policy.numbers) {
            detections.add(clock - poisonedAt);
            recover(true);
        }
    }

    /// Back to the newest checkpoint that is whole, and before the poison if that is known.
    private void recover(boolean poisoned) {
        clock += RESTART;
        var from = start;
        var candidates = saved.descendingIterator();
        while (candidates.hasNext() && from == start) {
            var candidate = candidates.next();
            if (candidate.torn) {
                clock += policy.verifies() ? 0 : TORN_NOTICED;
            } else if (candidate.durable <= clock && (candidate.finite || !poisoned)) {
                from = candidate;
            }
        }
        redone += run.steps() - from.state.step();
        from.state.restore(run);
        var newest = from;
        saved.removeIf(each -> {
            var later = each.state.step() > newest.state.step() || each.torn;
            if (later && each != newest) {
                each.close();
            }
            return later && each != newest;
        });
        if (from.finite) {
            poisonedAt = Double.NaN;
        }
    }

    @Override
    public void close() {
        start.close();
        saved.forEach(Saved::close);
    }
}
