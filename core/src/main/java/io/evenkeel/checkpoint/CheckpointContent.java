package io.evenkeel.checkpoint;

import io.evenkeel.tensor.Tensor;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// Everything a run continues from, at the end of a step.
///
/// @param step      how many optimizer steps were done
/// @param model     weights and buffers by name
/// @param optimizer moments by name; empty for an optimizer without
/// @param state     every number and text besides: counters, data cursor, random streams, sections of other components
/// @param health    what is known of it now
public record CheckpointContent(
        long step, Map<String, Tensor> model, Map<String, Tensor> optimizer, ObjectNode state, Health health) {}
