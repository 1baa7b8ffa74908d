package io.evenkeel.random;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;

/// A named stream of pseudo-random numbers, counter based: number `i` is `mix64(key + (i + 1) * GAMMA)`, the
/// output function of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014).
///
/// The key is taken from SHA-256 of the parent's key and the stream's name, so that streams of other names are
/// independent and adding one never shifts another. The whole state is two longs, [State]. Not thread safe.
public final class RandomStream implements RandomGenerator {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private final long key;
    private long counter;

    private RandomStream(long key, long counter) {
        this.key = key;
        this.counter = counter;
    }

    /// What is saved of a stream.
    ///
    /// @param key     the identity of the stream, fixed by seed and name
    /// @param counter how many longs were drawn
    public record State(long key, long counter) {}

    /// The stream `name` of the root seed `seed`.
    public static RandomStream of(long seed, String name) {
        return new RandomStream(derive(seed, name), 0);
    }

    /// A stream that continues exactly where the one that gave `state` stood.
    public static RandomStream from(State state) {
        return new RandomStream(state.key(), state.counter());
    }

    /// The sub-stream `name`; independent of what was drawn from this one, and draws nothing from it.
    public RandomStream split(String name) {
        return new RandomStream(derive(key, name), 0);
    }

    @Override
    public long nextLong() {
        counter++;
        return mix64(key + counter * GAMMA);
    }

    /// The state now; [#from] continues from it.
    public State state() {
        return new State(key, counter);
    }

    /// Sets the position back to a saved one.
    ///
    /// @throws IllegalArgumentException when the state is of another stream
    public void restore(State state) {
        if (state.key() != key) {
            throw new IllegalArgumentException("random state is of another stream (another seed or name)");
        }
        counter = state.counter();
    }

    private static long derive(long parent, String name) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            sha.update(ByteBuffer.allocate(Long.BYTES).putLong(parent).array());
            return ByteBuffer.wrap(sha.digest(name.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static long mix64(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
