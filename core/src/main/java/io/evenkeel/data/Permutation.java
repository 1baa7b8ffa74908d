package io.evenkeel.data;

/// A keyed permutation of `0 .. size - 1` in no memory: any element is computed by itself, forwards and back.
///
/// A Feistel network over the smallest even number of bits that holds the size; results outside are put through again
/// until one is inside ("cycle walking", Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002), at
/// most four times on average.
public final class Permutation {
    private static final int ROUNDS = 8;
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private final long size;
    private final long key;
    private final int halfBits;
    private final long halfMask;

    /// @param size how many elements, 1 to 2^62
    /// @param key  which permutation
    public Permutation(long size, long key) {
        if (size < 1 || size > 1L << 62) {
            throw new IllegalArgumentException("size must be in [1, 2^62] but was " + size);
        }
        this.size = size;
        this.key = key;
        this.halfBits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(size - 1) + 1) / 2);
        this.halfMask = (1L << halfBits) - 1;
    }

    /// The element at `index`.
    public long at(long index) {
        check(index);
        var x = index;
        do {
            x = forwards(x);
        } while (x >= size);
        return x;
    }

    /// Where `element` stands: `at(indexOf(element)) == element`.
    public long indexOf(long element) {
        check(element);
        var x = element;
        do {
            x = backwards(x);
        } while (x >= size);
        return x;
    }

    private void check(long index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("index must be in [0, " + size + ") but was " + index);
        }
    }

    private long forwards(long x) {
        var left = x >>> halfBits;
        var right = x & halfMask;
        for (var round = 0; round < ROUNDS; round++) {
            var next = left ^ scramble(right, round);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }

    private long backwards(long x) {
        var left = x >>> halfBits;
        var right = x & halfMask;
        for (var round = ROUNDS - 1; round >= 0; round--) {
            var next = right ^ scramble(left, round);
            right = left;
            left = next;
        }
        return left << halfBits | right;
    }

    /// The round function: the finisher of SplitMix64 on half, round and key.
    private long scramble(long half, int round) {
        var z = half + key + (round + 1) * GAMMA;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return (z ^ (z >>> 31)) >>> 7 & halfMask;
    }
}
