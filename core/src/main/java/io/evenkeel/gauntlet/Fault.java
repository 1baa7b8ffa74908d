package io.evenkeel.gauntlet;

import java.util.Locale;

/// What can go wrong.
public enum Fault {
    /// The loss of one stretch of data is NaN whenever it is read.
    NAN_BATCH(Kind.DATA, "the loss of one step's data is NaN"),
    /// The loss of one stretch of data is infinite whenever it is read.
    INF_BATCH(Kind.DATA, "the loss of one step's data is infinite"),
    /// Documents that hold one token over and over.
    REPEATED_TOKEN(Kind.DATA, "documents of one repeated token, several steps long"),
    /// Documents whose tokens are in random order.
    SHUFFLED_TOKENS(Kind.DATA, "documents with shuffled tokens, several steps long"),
    /// Targets that do not belong to their inputs.
    WRONG_LABELS(Kind.DATA, "random targets, several steps long"),
    /// One gradient a thousand times too large.
    GRADIENT_SPIKE(Kind.COMPUTE, "one gradient times 1,000"),
    /// A learning rate ten times too high from a step on, until somebody lowers it.
    LR_TIMES_10(Kind.COMPUTE, "learning rate times 10 for a while"),
    /// The highest bit of the exponent of one weight flips.
    BIT_FLIP_WEIGHT(Kind.COMPUTE, "a high exponent bit of one weight flips"),
    /// The same in an optimizer moment.
    BIT_FLIP_MOMENT(Kind.COMPUTE, "a high exponent bit of one second moment flips"),
    /// A bit of one token flips.
    BIT_FLIP_BATCH(Kind.COMPUTE, "one bit of one token of a batch flips"),
    /// Query and key weights of one layer grow so that attention saturates.
    LOGIT_BLOW_UP(Kind.COMPUTE, "attention weights of one layer times 30"),
    /// Weights lose all but a few bits of mantissa at each of several updates.
    PRECISION_DROP(Kind.COMPUTE, "weights rounded to 2 bits of mantissa for several steps"),
    /// The process ends with an error.
    CRASH(Kind.PROCESS, "the process fails"),
    /// The process is killed.
    KILL(Kind.PROCESS, "kill -9"),
    /// The process stops making steps but does not end.
    HANG(Kind.PROCESS, "the process hangs"),
    /// The newest checkpoint lacks its end when the process is killed.
    TRUNCATED_CHECKPOINT(Kind.CHECKPOINT, "the newest checkpoint is truncated, then kill -9"),
    /// The newest checkpoint is half old, half zero.
    TORN_CHECKPOINT(Kind.CHECKPOINT, "half of the newest checkpoint is zeros, then kill -9"),
    /// One byte of the newest checkpoint is another.
    FLIPPED_CHECKPOINT(Kind.CHECKPOINT, "one byte of the newest checkpoint flips, then kill -9"),
    /// No space is left while a checkpoint is written.
    FULL_DISK(Kind.STORAGE, "no space for checkpoints for a while"),
    /// The checkpoint directory cannot be written for a while.
    UNWRITABLE_DIRECTORY(Kind.STORAGE, "the checkpoint directory cannot be written for a while"),
    /// The clock of the machine jumps by hours.
    CLOCK_JUMP(Kind.STORAGE, "the clock jumps back by a day"),
    /// One of several workers is a tenth slower.
    SLOW_WORKER(Kind.WORKER, "one of 4 workers is 10 % slower"),
    /// One of several workers stops answering.
    HUNG_WORKER(Kind.WORKER, "one of 4 workers hangs");

    private final Kind kind;
    private final String description;

    Fault(Kind kind, String description) {
        this.kind = kind;
        this.description = description;
    }

    /// Where a fault strikes.
    public enum Kind {
        /// Tied to a place in the data: it strikes each time that is read.
        DATA,
        /// Strikes once, whatever is read.
        COMPUTE,
        PROCESS,
        CHECKPOINT,
        STORAGE,
        WORKER
    }

    public Kind kind() {
        return kind;
    }

    /// What happens, in a few words.
    public String description() {
        return description;
    }

    /// The name in commands and output, such as `nan-batch`.
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
