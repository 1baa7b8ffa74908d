package io.evenkeel.study;

import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// Where trials are run, one after another. Used by one thread.
interface Bench extends AutoCloseable {
    /// Runs the trial with that key.
    ///
    /// @throws BrokenTrial when it ended with an error, or the process that ran it did
    Outcome run(String key);

    @Override
    void close();

    /// What came out.
    ///
    /// @param seconds that it took
    record Outcome(double seconds, Measurements measured) {
        String json() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("seconds", seconds)
                    .setAll(measured.json())
                    .toString();
        }

        static Outcome of(JsonNode json) {
            return new Outcome(json.path("seconds").doubleValue(), Measurements.of(json));
        }
    }

    /// A trial that gave no measurements: an error of the study or of the machine.
    final class BrokenTrial extends RuntimeException {
        BrokenTrial(String message) {
            super(message);
        }
    }

    /// Runs trials in this process.
    static <C extends Record> Bench here(Grid<C> grid, Workshop workshop) {
        return new Bench() {
            @Override
            public Outcome run(String key) {
                try {
                    return grid.run(key, workshop);
                } catch (RuntimeException e) {
                    throw new BrokenTrial(e.toString());
                }
            }

            @Override
            public void close() {}
        };
    }

    /// Rounds so that files stay small; times are no measurements.
    static double tenths(double seconds) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.1f", seconds));
    }
}
