package io.evenkeel.probe;

/// When in a step a probe needs to be called, and so what the step must provide.
public enum Moment {
    /// A forward pass of its own on the step's first micro-batch, observed, without a graph.
    FORWARD,
    /// After the backward pass of each micro-batch.
    MICRO_BATCH,
    /// After the last backward pass, before clipping and the update.
    GRADIENTS,
    /// After the update; needs the values before it.
    UPDATE,
    /// After the update; needs the loss with a graph that can be differentiated twice.
    CURVATURE,
    /// When a checkpoint is made.
    CHECKPOINT
}
