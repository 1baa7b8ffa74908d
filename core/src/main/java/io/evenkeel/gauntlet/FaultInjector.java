package io.evenkeel.gauntlet;

import io.evenkeel.checkpoint.CheckpointStore;
import io.evenkeel.data.Batch;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import io.evenkeel.train.Interventions;
import io.evenkeel.train.RunConfig;
import io.evenkeel.train.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;

/// Strikes a run with one fault at one step.
///
/// Faults in data are tied to positions in the data's order and strike whenever these are read; faults in computing
/// strike once in the life of a run, so that doing a step again heals them: a file in the run's directory remembers
/// that they did.
public final class FaultInjector implements Interventions {
    /// Steps that a fault in several steps lasts.
    static final int LONG_STEPS = 8;
    private static final int LR_STEPS = 30;
    private static final int BAD_RANK = 2;
    private static final double SLOWER = 0.1;
    private static final int STORAGE_STEPS = 60;
    private static final Duration CLOCK_JUMP = Duration.ofDays(-1);
    private static final double SPIKE = 1e3;
    private static final double BLOW_UP = 30;
    private static final int EXIT_OF_CRASH = 70;

    /// The file of a run that remembers that the fault has struck.
    private static final String MEMORY = "fault.txt";

    private final Fault fault;
    private final long atStep;
    private final RandomStream random;
    /// Examples of one step, to tie faults in data to positions.
    private long examplesPerStep;
    private Path struck = Path.of(MEMORY);
    /// The last step begun; the checkpoint thread reads it.
    private volatile long now;

    /// @param strike what strikes when
    public FaultInjector(Strike strike) {
        this.fault = strike.fault();
        this.atStep = strike.step();
        this.random = RandomStream.of(strike.seed(), "fault/" + fault.label());
    }

    @Override
    public void started(RunConfig config, Path run) {
        examplesPerStep = config.train().examplesPerStep();
        struck = run.resolve(MEMORY);
    }

    /// The step at which a fault strikes in a run: between a third and two thirds of it, by the seed.
    public static long step(long seed, long steps) {
        return steps / 3 + RandomStream.of(seed, "fault/step").nextLong(Math.max(1, steps / 3));
    }

    private boolean inData(long position, int steps) {
        var first = (atStep - 1) * examplesPerStep;
        return position >= first && position < first + steps * examplesPerStep;
    }

    /// Whether a fault that strikes once is to strike now; it is remembered on disk before it does.
    private boolean once(long step) {
        if (step != atStep || Files.exists(struck)) {
            return false;
        }
        try {
            Files.writeString(struck, fault.label() + " at step " + step + "\n", StandardOpenOption.CREATE_NEW);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remember a fault in " + struck + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void beforeForward(long step, long position, Batch batch) {
        now = step;
        switch (fault) {
            case REPEATED_TOKEN -> {
                if (inData(position, LONG_STEPS)) {
                    batch.inputs().fill_(1);
                    batch.targets().fill_(1);
                }
            }
            case SHUFFLED_TOKENS -> {
                if (inData(position, LONG_STEPS)) {
                    shuffle(batch, position);
                }
            }
            case WRONG_LABELS -> {
                if (inData(position, LONG_STEPS)) {
                    wrongLabels(batch, position);
                }
            }
            case BIT_FLIP_BATCH -> {
                if (once(step)) {
                    flipToken(batch);
                }
            }
            default -> {}
        }
    }

    /// The same shuffle each time the position is read.
    private static void shuffle(Batch batch, long position) {
        try (var _ = Scope.open()) {
            var order = Tensors.uniform(
                            RandomStream.of(position, "fault/shuffle"),
                            0,
                            1,
                            batch.inputs().size(-1))
                    .argsort(0, false);
            batch.inputs().copy_(batch.inputs().indexSelect(-1, order));
            batch.targets().copy_(batch.targets().indexSelect(-1, order.flip(0)));
        }
    }

    private static void wrongLabels(Batch batch, long position) {
        try (var _ = Scope.open()) {
            var bound = (long) batch.targets().amax().item() + 1;
            batch.targets()
                    .copy_(Tensors.randint(
                            RandomStream.of(position, "fault/labels"),
                            bound,
                            batch.targets().shape()));
        }
    }

    private void flipToken(Batch batch) {
        try (var _ = Scope.open()) {
            var tokens = batch.inputs().memory();
            var index = random.nextLong(batch.inputs().numel());
            var token = tokens.getAtIndex(ValueLayout.JAVA_LONG, index);
            // A low bit: a high one names no token and the embedding refuses it.
            tokens.setAtIndex(ValueLayout.JAVA_LONG, index, token ^ 1);
        }
    }

    @Override
    public Tensor loss(long step, long position, Tensor loss) {
        return switch (fault) {
            case NAN_BATCH -> inData(position, 1) ? loss.mul(Double.NaN) : loss;
            case INF_BATCH -> inData(position, 1) ? loss.mul(Double.POSITIVE_INFINITY) : loss;
            default -> loss;
        };
    }

    @Override
    public void afterBackward(long step, TrainingState state) {
        if (fault == Fault.GRADIENT_SPIKE && once(step)) {
            state.parameters().gradients().mul_(SPIKE);
        }
    }

    @Override
    public void beforeShare(long step, int rank) {
        if (fault == Fault.HUNG_WORKER && rank == BAD_RANK && step >= atStep) {
            hang();
        }
    }

    @Override
    public void afterShare(long step, int rank, long nanos) {
        if (fault == Fault.SLOW_WORKER && rank == BAD_RANK && step >= atStep) {
            // Busy, as a processor at a lower clock is.
            for (var end = System.nanoTime() + (long) (SLOWER * nanos); System.nanoTime() < end; ) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public double factor(long step, double factor) {
        // Tied to the steps, not struck once: a run that comes back here meets it again, at a rate it may have
        // lowered.
        return fault == Fault.LR_TIMES_10 && step >= atStep && step < atStep + LR_STEPS ? 10 * factor : factor;
    }

    @Override
    public void afterUpdate(long step, TrainingState state) {
        switch (fault) {
            case BIT_FLIP_WEIGHT -> {
                if (once(step)) {
                    flipBit(state.parameters().values());
                }
            }
            case BIT_FLIP_MOMENT -> {
                if (once(step)) {
                    flipBit(largest(state));
                }
            }
            case LOGIT_BLOW_UP -> {
                if (once(step)) {
                    blowUp(state);
                }
            }
            case PRECISION_DROP -> {
                if (step >= atStep && step < atStep + LONG_STEPS) {
                    round(state.parameters().values());
                }
            }
            case CRASH -> {
                if (once(step)) {
                    Runtime.getRuntime().exit(EXIT_OF_CRASH);
                }
            }
            case KILL, TORN_CHECKPOINT, TRUNCATED_CHECKPOINT, FLIPPED_CHECKPOINT -> {
                if (once(step)) {
                    damageNewest();
                    Runtime.getRuntime().halt(137);
                }
            }
            case UNWRITABLE_DIRECTORY -> hideCheckpoints();
            case HANG -> {
                if (once(step)) {
                    hang();
                }
            }
            default -> {}
        }
    }

    /// Flips the highest bit of the exponent: a weight of usual size becomes huge.
    private void flipBit(Tensor tensor) {
        var memory = tensor.detach().memory();
        var index = random.nextLong(tensor.numel());
        for (var tries = 0; memory.getAtIndex(ValueLayout.JAVA_FLOAT, index) == 0f && tries < 100; tries++) {
            index = random.nextLong(tensor.numel());
        }
        var bits = memory.getAtIndex(ValueLayout.JAVA_INT, index);
        memory.setAtIndex(ValueLayout.JAVA_INT, index, bits ^ (1 << 30));
    }

    private static Tensor largest(TrainingState state) {
        return state.optimizer().tensors().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("second_moment"))
                .map(java.util.Map.Entry::getValue)
                .max(java.util.Comparator.comparingLong(Tensor::numel))
                .orElseThrow(() -> new IllegalArgumentException(
                        "bit-flip-moment needs an optimizer with a second moment, such as adamw"));
    }

    private static void blowUp(TrainingState state) {
        try (var _ = Autograd.noGrad()) {
            state.parameters().all().stream()
                    .filter(parameter -> parameter.name().matches(".*attention\\.(qkv|query|key|q|k)\\.weight"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("logit-blow-up needs a model with attention"))
                    .value()
                    .detach()
                    .mul_(BLOW_UP);
        }
    }

    /// Rounds to two bits of mantissa, as a conversion to float8 e5m2 does.
    private static void round(Tensor values) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            values.copy_(values.detach().to(DType.FLOAT8_E5M2).to(DType.FLOAT32));
        }
    }

    /// Whether something that lasts is going on.
    private boolean lasts() {
        return now >= atStep && now < atStep + STORAGE_STEPS;
    }

    @Override
    public InstantSource clock() {
        return fault == Fault.CLOCK_JUMP && now >= atStep
                ? InstantSource.offset(InstantSource.system(), CLOCK_JUMP)
                : InstantSource.system();
    }

    /// Storage that fails. A directory that is a file for a while cannot be written by any user.
    @Override
    public void beforeCheckpoint(long step, Path directory) {
        if (fault == Fault.FULL_DISK && lasts()) {
            throw new UncheckedIOException(new IOException("No space left on device"));
        }
    }

    private void hideCheckpoints() {
        var hidden = checkpoints().resolveSibling("checkpoints.hidden");
        try {
            if (lasts() && !Files.exists(hidden)) {
                Files.move(checkpoints(), hidden);
                Files.createFile(checkpoints());
            } else if (!lasts() && Files.exists(hidden)) {
                Files.delete(checkpoints());
                Files.move(hidden, checkpoints());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hide the checkpoints: " + e.getMessage(), e);
        }
    }

    private Path checkpoints() {
        return struck.resolveSibling("checkpoints");
    }

    private static void hang() {
        while (true) {
            try {
                Thread.sleep(1_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Damages the newest checkpoint where the fault is of that kind.
    private void damageNewest() {
        var store = new CheckpointStore(checkpoints());
        var steps = store.steps();
        if (fault.kind() != Fault.Kind.CHECKPOINT || steps.isEmpty()) {
            return;
        }
        var file = store.path(steps.getLast()).resolve("model.safetensors");
        try {
            damage(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot damage " + file + ": " + e.getMessage(), e);
        }
    }

    private void damage(Path file) throws IOException {
        switch (fault) {
            case TRUNCATED_CHECKPOINT -> {
                try (var channel = java.nio.channels.FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(channel.size() / 2);
                }
            }
            case TORN_CHECKPOINT, FLIPPED_CHECKPOINT -> {
                var bytes = Files.readAllBytes(file);
                if (fault == Fault.FLIPPED_CHECKPOINT) {
                    bytes[random.nextInt(bytes.length)] ^= 1;
                } else {
                    java.util.Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
                }
                Files.write(file, bytes);
            }
            default -> {}
        }
    }
}
