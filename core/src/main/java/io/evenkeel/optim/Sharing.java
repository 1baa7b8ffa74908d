package io.evenkeel.optim;

import io.evenkeel.nn.Parameter;
import io.evenkeel.random.RandomStream;
import java.util.List;

/// All matrices and kernels of a model drawn from one shared array that is smaller than they are, as configured: see
/// [SharedArray].
///
/// @paper P78 STABLE-RPS
/// @param compression weights of the model over numbers of the array, `>= 1`
/// @param map         which number a weight is
/// @param halfWidth   of the uniform distribution that the array begins with, > 0
/// @param scaled      whether the gradient of a number is divided by what it is multiplied by and how often, which
///                    makes updates independent of `halfWidth`
/// @param seed        of map and signs
public record Sharing(double compression, Layout map, double halfWidth, boolean scaled, long seed) {
    private static final int BLOCK = 16;
    private static final long PRIME = 2_038_074_743L;

    /// Maps from weights to numbers.
    public enum Layout {
        /// chunks as long as the array, each rotated: numbers are used equally often, and each once without
        /// compression
        PARETO,
        /// squares of 16 x 16 at places of their own (ROAST)
        ROAST,
        /// each weight for itself (HashedNet)
        HASHED
    }

    public Sharing {
        if (!(compression >= 1 && compression < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("compression must be finite and >= 1 but was " + compression);
        }
        Checks.positive("halfWidth", halfWidth);
    }

    public static Sharing defaults() {
        return new Sharing(10, Layout.PARETO, 0.05, true, 1);
    }

    /// Numbers of the array for so many weights.
    int size(long weights) {
        return (int) Math.max(1, Math.round(weights / compression));
    }

    /// For each weight of the parameters, one parameter after the other, the number that it is.
    long[] indices(List<Parameter> parameters) {
        var total = parameters.stream().mapToLong(Parameter::numel).sum();
        var indices = new long[Math.toIntExact(total)];
        var hash = new Hash(RandomStream.of(seed, "map"));
        var m = size(total);
        var at = 0;
        for (var parameter : parameters) {
            var columns = (int) (parameter.numel() / parameter.shape()[0]);
            var tensor = hash.next();
            for (var i = 0; i < parameter.numel(); i++) {
                indices[at] = map == Layout.ROAST ? block(i, columns, m, tensor) : place(at, m, hash);
                at++;
            }
        }
        return indices;
    }

    private long place(int position, int m, Hash hash) {
        return map == Layout.HASHED ? hash.of(position, m) : cyclic(position, m, hash.of(position / m, m));
    }

    /// Of a chunk that begins at a place of the array.
    static long cyclic(long position, long m, long begin) {
        return (begin + position % m) % m;
    }

    private static long block(int i, int columns, int m, Hash hash) {
        var row = i / columns;
        var column = i % columns;
        var inside = row % BLOCK * BLOCK + column % BLOCK;
        var room = Math.max(1, m - BLOCK * BLOCK);
        return (hash.of(row / BLOCK, column / BLOCK, room) + inside) % m;
    }

    /// `((a x + b x^2 + c) mod P) mod m`, and of two numbers `((a x + b y + c) mod P) mod m`.
    private static final class Hash {
        private final RandomStream random;
        private final long a;
        private final long b;
        private final long c;

        Hash(RandomStream random) {
            this.random = random;
            this.a = odd();
            this.b = odd();
            this.c = odd();
        }

        private long odd() {
            return random.nextLong(PRIME) | 1;
        }

        Hash next() {
            return new Hash(random);
        }

        long of(long x, long m) {
            // x^2 is reduced first: then no product leaves 63 bits
            return (a * (x % PRIME) % PRIME + b * (x % PRIME * (x % PRIME) % PRIME) % PRIME + c) % PRIME % m;
        }

        long of(long x, long y, long m) {
            return (a * (x % PRIME) % PRIME + b * (y % PRIME) % PRIME + c) % PRIME % m;
        }
    }
}
