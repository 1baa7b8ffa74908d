package io.evenkeel.detect;

import io.evenkeel.metric.Readings;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Turns readings into events. Doubles only, no tensors: the same class judges a live run, a finished one and another
/// tool's log.
///
/// Readings come in the order of their steps; a step may lack any series. A value that is judged does not enter the
/// history that it is judged by before the judgement, and a value that is not finite never enters it.
public interface Detector {
    /// Judges the readings of one step.
    ///
    /// @return what was seen, usually nothing
    List<Event> observe(Readings readings);

    /// Everything that [#observe] depends on, to be saved with a checkpoint.
    JsonNode state();

    /// Continues from a saved state, with the same results as if never interrupted.
    void restore(JsonNode state);
}
