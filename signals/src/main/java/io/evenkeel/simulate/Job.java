package io.evenkeel.simulate;

import io.evenkeel.detect.Event;
import io.evenkeel.detect.EventKind;
import io.evenkeel.guard.Blame;
import io.evenkeel.guard.Decision;
import io.evenkeel.guard.Guard;
import io.evenkeel.random.RandomStream;
import io.evenkeel.simulate.Policy.Replacement;
import io.evenkeel.simulate.Saved.Checkpoint;
import io.evenkeel.simulate.Saved.Damage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// The state of one simulated job between two events, and what each event does to it.
final class Job {
    private static final double NEVER = Double.POSITIVE_INFINITY;

    private final Simulation.Config config;
    private final Faults faults;
    private final Costs costs;
    private final Policy policy;
    private final Workers workers;
    private final BadData badData;
    private final Saved saved;
    private final RandomStream kinds;
    private final RandomStream symptoms;
    private final long intervalSteps;
    private final List<Slow> slow = new ArrayList<>();
    /// Places without a worker, in an elastic job.
    private final TreeSet<Integer> empty = new TreeSet<>();
    private final TreeSet<Long> dropped = new TreeSet<>();
    private @Nullable Guard guard;

    private double now;
    private Phase phase = Phase.TRAINING;
    private double phaseEnd;
    private double knownAt;
    /// Steps done in the line of training that holds now; fractional inside a step.
    private double progress;
    /// The step of the checkpoint that this line of training began with.
    private long loadedAt;
    private long nextCheckpoint;
    private long nextBad;
    private @Nullable Damage damage;
    private double personActs = NEVER;
    private @Nullable Checkpoint writing;
    private double written = NEVER;

    private double executedSteps;
    private double trainingSeconds;
    private double checkpointSeconds;
    private double detectionSeconds;
    private double recoverySeconds;
    private int failures;
    private int recoveries;
    private int rollbacks;
    private int evictions;
    private int halts;
    private long checkpoints;

    private enum Phase {
        TRAINING,
        CHECKPOINT,
        DOWN
    }

    /// A slow worker, and the step at which it is known to be slow.
    private record Slow(int worker, long knownAt) {}

    Job(Simulation.Config config, long seed) {
        this.config = config;
        faults = config.faults();
        costs = config.costs();
        policy = config.policy();
        var random = RandomStream.of(seed, "simulate");
        workers = new Workers(config, random.split("lives"));
        badData = new BadData(faults, random.split("data"));
        kinds = random.split("kinds");
        symptoms = random.split("symptoms");
        saved = new Saved(
                policy.keep(),
                policy.archiveSeconds() > 0 ? (long) (policy.archiveSeconds() / config.stepSeconds()) : Long.MAX_VALUE);
        guard = freshGuard();
        intervalSteps = config.intervalSteps();
        nextCheckpoint = intervalSteps;
        nextBad = badData.next(0);
    }

    private @Nullable Guard freshGuard() {
        return policy.guard() == null ? null : new Guard(policy.guard());
    }

    Simulation.Result run() {
        while (now < config.horizonSeconds()) {
            double trouble = workers.nextTrouble();
            double repaired = workers.nextRepaired();
            long target = target();
            double own = phase == Phase.TRAINING ? Math.min(personActs, reached(target)) : phaseEnd;
            double next = Math.min(Math.min(trouble, repaired), Math.min(own, config.horizonSeconds()));
            advance(next);
            if (next == config.horizonSeconds()) {
                break;
            }
            if (next == repaired) {
                workerRepaired();
            } else if (next == trouble) {
                trouble();
            } else if (phase == Phase.TRAINING) {
                if (next == personActs) {
                    personGoesBack();
                } else {
                    progress = target;
                    stepReached();
                }
            } else {
                phaseOver();
            }
        }
        return result();
    }

    private Simulation.Result result() {
        var usefulSteps = progress - dropped.size();
        return new Simulation.Result(
                usefulSteps * config.stepSeconds(),
                (executedSteps - usefulSteps) * config.stepSeconds(),
                trainingSeconds - executedSteps * config.stepSeconds(),
                checkpointSeconds,
                detectionSeconds,
                recoverySeconds,
                failures,
                recoveries,
                rollbacks,
                evictions,
                dropped.size(),
                halts,
                checkpoints);
    }

    private double stepsPerSecond() {
        var full = slow.isEmpty() ? config.stepSeconds() : config.stepSeconds() * (1 + faults.stragglerSlowdown());
        return workers.active() / (double) config.workers() / full;
    }

    /// The next step at which something is to be done.
    private long target() {
        long target = Math.min(nextCheckpoint, nextBad);
        if (damage != null && personActs == NEVER) {
            target = Math.min(target, damage.shows());
        }
        if (policy.evictAfterSteps() > 0 && mayEvict()) {
            for (var one : slow) {
                target = Math.min(target, one.knownAt());
            }
        }
        return Math.max(target, (long) Math.ceil(progress));
    }

    private double reached(long step) {
        return step == Long.MAX_VALUE ? NEVER : now + (step - progress) / stepsPerSecond();
    }

    private void advance(double next) {
        var passed = next - now;
        switch (phase) {
            case TRAINING -> {
                var steps = passed * stepsPerSecond();
                progress += steps;
                executedSteps += steps;
                trainingSeconds += passed;
            }
            case CHECKPOINT -> checkpointSeconds += passed;
            case DOWN -> {
                var unknown = Math.clamp(knownAt - now, 0, passed);
                detectionSeconds += unknown;
                recoverySeconds += passed - unknown;
            }
        }
        now = next;
        if (writing != null && written <= now) {
            finish(writing);
            writing = null;
            written = NEVER;
        }
    }

    private void finish(Checkpoint checkpoint) {
        var judge = guard;
        saved.add(checkpoint, judge == null ? null : step -> judge.healthy(step, (long) progress));
        checkpoints++;
    }

    /// Everything due at the step just reached. What makes training stand still leaves the rest for later: their
    /// steps
    /// are not passed yet.
    private void stepReached() {
        long step = (long) progress;
        if (nextBad <= step) {
            var atOnce = badData.atOnce(nextBad);
            nextBad = badData.next(step);
            badStep(step, atOnce);
        }
        if (phase == Phase.TRAINING && damage != null && damage.shows() <= step && personActs == NEVER) {
            damageShows(step, damage);
        }
        if (phase == Phase.TRAINING && policy.evictAfterSteps() > 0 && mayEvict()) {
            slow.stream().filter(one -> one.knownAt() <= step).findFirst().ifPresent(this::evict);
        }
        if (phase == Phase.TRAINING && nextCheckpoint <= step) {
            phase = Phase.CHECKPOINT;
            phaseEnd = (writing == null ? now : Math.max(now, written)) + config.checkpointSeconds();
        }
    }

    private void phaseOver() {
        if (phase == Phase.CHECKPOINT) {
            var checkpoint = new Checkpoint((long) progress, damage);
            nextCheckpoint = checkpoint.step() + intervalSteps;
            if (policy.backgroundWriting()) {
                writing = checkpoint;
                written = now + costs.writeSeconds();
            } else {
                finish(checkpoint);
            }
        } else {
            recoveries++;
        }
        phase = Phase.TRAINING;
    }

    // Workers

    private void trouble() {
        int worker = workers.takeTrouble();
        var kind = kinds.nextDouble();
        if ((kind -= faults.crashShare()) < 0) {
            fail(worker, policy.crashSeconds());
        } else if ((kind -= faults.hangShare()) < 0) {
            fail(worker, policy.hangSeconds());
        } else if ((kind -= faults.stragglerShare()) < 0) {
            slow.add(new Slow(worker, (long) progress + policy.evictAfterSteps()));
            workers.begin(worker, now);
        } else {
            if (phase == Phase.TRAINING && damage == null) {
                damaged((long) progress + 1, false);
            }
            workers.begin(worker, now);
        }
    }

    private void fail(int worker, double unseen) {
        failures++;
        slow.removeIf(one -> one.worker() == worker);
        writing = null;
        written = NEVER;
        double waiting = replace(worker);
        if (policy.replacement() == Replacement.ELASTIC && workers.active() > 0) {
            progress = Math.floor(progress);
            down(unseen, costs.regroupSeconds());
            return;
        }
        load(saved.newest());
        down(unseen, response() + waiting + costs.restartSeconds() + costs.loadSeconds());
    }

    private double response() {
        return policy.automatic() ? costs.diagnosisSeconds() : policy.responseSeconds();
    }

    /// Puts another worker into a place, or leaves it empty for a while.
    ///
    /// @return how long that takes
    private double replace(int worker) {
        double waiting = switch (policy.replacement()) {
            case ON_HAND -> 0;
            case WAIT -> costs.replacementSeconds();
            case SPARES -> {
                workers.repair(now + costs.repairSeconds());
                yield workers.takeSpare() ? 0 : workers.takeRepaired() - now;
            }
            case ELASTIC -> {
                workers.repair(now + costs.repairSeconds());
                if (!workers.takeSpare()) {
                    workers.leave();
                    empty.add(worker);
                }
                yield workers.active() == 0 ? workers.nextRepaired() - now : 0;
            }
        };
        if (!empty.contains(worker)) {
            workers.begin(worker, now + waiting);
        }
        return waiting;
    }

    private void workerRepaired() {
        workers.takeRepaired();
        if (empty.isEmpty()) {
            workers.addSpare();
            return;
        }
        workers.begin(empty.removeFirst(), now);
        workers.join();
        if (phase == Phase.TRAINING) {
            progress = Math.floor(progress);
            down(0, costs.regroupSeconds());
        }
    }

    private boolean mayEvict() {
        return switch (policy.replacement()) {
            case ON_HAND, WAIT -> true;
            case SPARES, ELASTIC -> workers.hasSpare();
        };
    }

    /// Replaces a slow worker by another that is ready, without going back: the state is saved first.
    private void evict(Slow one) {
        evictions++;
        slow.removeIf(other -> other.worker() == one.worker());
        workers.retire(one.worker());
        if (policy.replacement() != Replacement.ON_HAND && policy.replacement() != Replacement.WAIT) {
            workers.repair(now + costs.repairSeconds());
            workers.takeSpare();
        }
        workers.begin(one.worker(), now);
        if (policy.replacement() == Replacement.ELASTIC) {
            down(0, costs.regroupSeconds());
            return;
        }
        writing = new Checkpoint((long) progress, damage);
        written = now + costs.snapshotSeconds() + costs.writeSeconds();
        nextCheckpoint = (long) progress + intervalSteps;
        down(0, written - now + costs.restartSeconds() + costs.loadSeconds());
    }

    private void down(double unseen, double known) {
        phase = Phase.DOWN;
        knownAt = now + unseen;
        phaseEnd = knownAt + known;
    }

    // Damage

    private void damaged(long onset, boolean fromData) {
        damage = new Damage(onset, onset + symptom(), fromData);
    }

    private long symptom() {
        return (long) (-(faults.symptomSteps() - 1) * Math.log1p(-symptoms.nextDouble()));
    }

    /// The data of this step spoils the weights, unless its update is left out.
    private void badStep(long step, boolean atOnce) {
        if (damage != null) {
            return;
        }
        var judge = guard;
        if (judge != null && atOnce) {
            var seen = event(EventKind.GRADIENT_SPIKE, step, step);
            if (decide(judge, step, seen, Blame.DATA)) {
                return;
            }
        }
        damaged(step, true);
    }

    private void damageShows(long step, Damage seen) {
        var judge = guard;
        if (judge == null) {
            personActs = now + policy.responseSeconds();
            return;
        }
        // A detector that was loaded with a checkpoint knows nothing of what lies before it.
        long first = Math.max(seen.onset(), loadedAt + 1);
        long since = first + (long) (faults.onsetError() * symptoms.nextDouble() * (step - first));
        var kind = seen.fromData() ? EventKind.LOSS_SPIKE : EventKind.DIVERGENCE;
        if (decide(judge, step, event(kind, step, since), Blame.UNKNOWN) && phase == Phase.TRAINING) {
            // The step was dropped, but the damage is older: it shows again.
            damage = new Damage(seen.onset(), step + 1, seen.fromData());
        }
    }

    private static Event event(EventKind kind, long step, long since) {
        return new Event(kind, step, since, Event.Severity.DAMAGED, 0.9, "loss", "simulated", Map.of());
    }

    /// Asks the guard and does what it says.
    ///
    /// @return whether it did anything
    private boolean decide(Guard judge, long step, Event event, Blame blame) {
        judge.confirm(step - 1);
        LongPredicate loadable = at -> judge.healthy(at, step) && judge.mayLoad(at);
        var decisions =
                judge.decide(step, List.of(event), notAfter -> saved.newest(notAfter, loadable) != null, 1, _ -> blame);
        long landing = step;
        for (var decision : decisions) {
            switch (decision) {
                case Decision.SkipStep _ -> dropped.add(step);
                case Decision.Rollback back -> landing = goBack(judge, step, back, loadable);
                case Decision.Rewarm rewarm -> judge.rewarm(landing, rewarm);
                case Decision.ReduceLr reduce -> judge.reduceLr(landing, reduce);
                case Decision.Halt _ -> {
                    halts++;
                    guard = freshGuard();
                    personGoesBack();
                }
                // What they do to the optimizer takes no time and no steps.
                case Decision.ClipUpdate _, Decision.ResetMoments _, Decision.RaisePrecision _ -> {}
            }
        }
        return !decisions.isEmpty();
    }

    private long goBack(Guard judge, long step, Decision.Rollback back, LongPredicate loadable) {
        var checkpoint = saved.newest(back.notAfter(), loadable);
        if (checkpoint == null) {
            throw new AssertionError("rollback without a checkpoint to go to");
        }
        rollbacks++;
        badData.skip(back.skipFromStep(), back.skipToStep());
        load(checkpoint);
        judge.rolledBack(step, checkpoint.step());
        down(0, costs.loadSeconds());
        return checkpoint.step();
    }

    /// A person goes back to before the damage, leaves out the data there, and starts anew. Without a guard only
    /// the
    /// newest checkpoints are there; if all are damaged, training begins again.
    private void personGoesBack() {
        long onset = damage == null ? (long) progress : damage.onset();
        var checkpoint = saved.newest(onset - 1, any -> true);
        rollbacks++;
        badData.skip(onset, (long) progress);
        var waited = personActs == NEVER ? policy.responseSeconds() : 0;
        load(checkpoint == null ? saved.newest() : checkpoint);
        down(0, waited + costs.restartSeconds() + costs.loadSeconds());
    }

    /// Goes on from a checkpoint; the branch after it is given up.
    private void load(Checkpoint checkpoint) {
        long step = checkpoint.step();
        progress = step;
        loadedAt = step;
        saved.dropAfter(step);
        dropped.tailSet(step, false).clear();
        writing = null;
        written = NEVER;
        personActs = NEVER;
        nextCheckpoint = step + intervalSteps;
        nextBad = badData.next(step);
        var old = checkpoint.damage();
        damage =
                old == null || old.shows() > step ? old : new Damage(old.onset(), step + 1 + symptom(), old.fromData());
        slow.replaceAll(one -> new Slow(one.worker(), Math.min(one.knownAt(), step + policy.evictAfterSteps())));
    }
}
