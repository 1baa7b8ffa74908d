package io.evenkeel.random;

import java.util.Map;
import java.util.TreeMap;

/// The streams of one run by name, all from one seed, saved and restored together.
public final class RandomStreams {
    private final long seed;
    private final Map<String, RandomStream> streams = new TreeMap<>();

    public RandomStreams(long seed) {
        this.seed = seed;
    }

    /// The seed of the run.
    public long seed() {
        return seed;
    }

    /// The stream of that name, made at its first use; the same object at each call.
    public RandomStream stream(String name) {
        return streams.computeIfAbsent(name, n -> RandomStream.of(seed, n));
    }

    /// The states of all streams used so far, in name order.
    public Map<String, RandomStream.State> state() {
        var states = new TreeMap<String, RandomStream.State>();
        streams.forEach((name, stream) -> states.put(name, stream.state()));
        return states;
    }

    /// Puts every named stream back to its saved position; streams not named start anew.
    ///
    /// @throws IllegalArgumentException when a state was taken under another seed
    public void restore(Map<String, RandomStream.State> states) {
        streams.entrySet().removeIf(e -> !states.containsKey(e.getKey()));
        states.forEach((name, state) -> stream(name).restore(state));
    }
}
