package io.evenkeel.train;

import org.jspecify.annotations.Nullable;

/// How a model does on held-out data.
///
/// @param loss     mean loss in nats
/// @param accuracy share of right classes in [0, 1], null where classes are not counted
public record Evaluation(double loss, @Nullable Double accuracy) {}
