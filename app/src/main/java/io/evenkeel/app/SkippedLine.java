package io.evenkeel.app;

import io.evenkeel.run.RunDirectory;
import java.util.ArrayList;
import java.util.List;

/// An example that a run left out.
///
/// @param step     the step at which it was decided
/// @param action   `skip-step` or `rollback`
/// @param document where the example comes from
/// @param offset   its first token, or row, there
record SkippedLine(long step, String action, String document, long offset) {
    static List<SkippedLine> of(RunDirectory directory) {
        var lines = new ArrayList<SkippedLine>();
        for (var event : directory.events()) {
            if (event.details() != null) {
                for (var origin : event.details().path("data")) {
                    lines.add(new SkippedLine(
                            event.step(),
                            event.kind(),
                            origin.path("document").asString(),
                            origin.path("offset").asLong()));
                }
            }
        }
        return lines;
    }

    @Override
    public String toString() {
        return "step " + step + "  " + action + "  " + document + " @ " + offset;
    }
}
