package io.evenkeel.metric;

import java.util.Set;

/// The names of the series that more than one part of the program knows. A name is a path: `group/what`, then the
/// tensor or layer it is about, such as `grad/norm/blocks.0.mlp.up.weight`.
public final class SeriesNames {
    /// Mean training loss of the step, nats, all its terms.
    public static final String LOSS = "loss";
    /// Cross-entropy part of the training loss, nats.
    public static final String CROSS_ENTROPY = "loss/cross_entropy";
    /// The z-loss term as added to the loss.
    public static final String Z_LOSS = "loss/z";
    /// Held-out loss, nats.
    public static final String VAL_LOSS = "val/loss";
    /// Held-out accuracy, share in [0, 1].
    public static final String VAL_ACCURACY = "val/accuracy";
    /// Learning rate used by the step.
    public static final String LR = "lr";
    /// Euclidean norm of the whole gradient before clipping.
    public static final String GRAD_NORM = "grad/norm";
    /// Euclidean norm of the whole update, learning rate included.
    public static final String UPDATE_NORM = "update/norm";
    /// RMS of the update over RMS of the parameters.
    public static final String UPDATE_RATIO = "update/ratio";
    /// Euclidean norm of all parameters.
    public static final String PARAM_NORM = "param/norm";
    /// Elements of the gradient that are NaN or infinite.
    public static final String GRAD_NONFINITE = "grad/nonfinite";
    /// Largest attention logit of the step over all layers.
    public static final String MAX_ATTENTION_LOGIT = "attention/max_logit";
    /// Smallest attention entropy over all heads, nats.
    public static final String MIN_ATTENTION_ENTROPY = "attention/min_entropy";
    /// Mean of log sum exp of the output logits.
    public static final String LOG_Z = "logits/log_z";
    /// Largest eigenvalue of the Hessian of the loss.
    public static final String SHARPNESS = "sharpness/largest";
    /// [#SHARPNESS] over 2 / lr: 1 is the edge of stability of gradient descent.
    public static final String SHARPNESS_RATIO = "sharpness/ratio";
    /// Largest eigenvalue of the Hessian preconditioned as by Adam.
    public static final String PRECONDITIONED_SHARPNESS = "sharpness/preconditioned";
    /// [#PRECONDITIONED_SHARPNESS] over the edge of stability of the optimizer, which is 1.
    public static final String PRECONDITIONED_SHARPNESS_RATIO = "sharpness/preconditioned_ratio";
    /// What curvature along the update took of the gain that the gradient promised: 1 is all of it.
    public static final String DIRECTIONAL_SHARPNESS_RATIO = "sharpness/directional_ratio";
    /// Trace of the Hessian of the loss.
    public static final String HESSIAN_TRACE = "hessian/trace";
    /// What a model that knows only how often each token occurs would reach on the held-out text, nats a token.
    public static final String UNIGRAM_ENTROPY = "data/unigram_entropy";
    /// Scale of the loss under half precision.
    public static final String LOSS_SCALE = "loss_scale";
    /// Entropy of the attention of a layer over that of uniform attention, mean over its heads; then the layer.
    public static final String ATTENTION_ENTROPY_MEAN = "attention/entropy_relative_mean";
    /// The same of the head that has least; then the layer.
    public static final String ATTENTION_ENTROPY_MIN = "attention/entropy_relative_min";
    /// Largest magnitude in the residual stream after a block; then the block.
    public static final String ACTIVATION_MAX = "activation/max";
    /// Share of hidden units that no example of the batch wakes; then the layer.
    public static final String DEAD_UNITS = "activation/dead";
    /// Effective rank of the residual stream; then the block.
    public static final String ACTIVATION_RANK = "rank/activation";
    /// Shares of values outside the range of a number format: `precision/FORMAT_overflow`,
    /// `precision/FORMAT_underflow`; then the layer.
    public static final String PRECISION = "precision";
    /// Which data the run trains on, a number that changes when the data does.
    public static final String DATA_PHASE = "data/phase";
    /// Milliseconds of the step of one worker; then its rank.
    public static final String WORKER_STEP_MILLIS = "worker/step_ms";
    /// Seconds since the last heartbeat of one worker; then its rank.
    public static final String WORKER_HEARTBEAT_AGE = "worker/heartbeat_age_s";
    /// Steps done by one worker; then its rank.
    public static final String WORKER_STEP = "worker/step";
    /// Tokens (or examples) per second.
    public static final String TOKENS_PER_SECOND = "throughput/tokens_per_second";
    /// Tokens seen since the start of the run.
    public static final String TOKENS = "tokens";
    /// Milliseconds of the step, all of it.
    public static final String STEP_MILLIS = "time/step_ms";
    /// Readings that were not stored since the start of the process, because the disk was slower than the training.
    public static final String STORE_DROPPED = "store/dropped";

    /// The series that the store never drops: what judging a run needs at every step.
    public static final Set<String> ESSENTIAL = Set.of(
            LOSS,
            CROSS_ENTROPY,
            Z_LOSS,
            VAL_LOSS,
            VAL_ACCURACY,
            LR,
            GRAD_NORM,
            GRAD_NONFINITE,
            LOSS_SCALE,
            TOKENS,
            STORE_DROPPED);

    private SeriesNames() {}
}
