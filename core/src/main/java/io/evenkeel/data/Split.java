package io.evenkeel.data;

import io.evenkeel.random.RandomStream;
import java.util.BitSet;

/// Chooses which documents or rows are held out, by size and seed.
final class Split {
    private Split() {}

    /// The numbers of the documents held out: in an order fixed by the seed, each that still fits into the share.
    /// At
    /// least one is held out and at least one is not.
    ///
    /// @param sizes of the documents; there are at least two
    static BitSet heldOut(long[] sizes, double share, long seed) {
        var total = 0L;
        for (var size : sizes) {
            total += size;
        }
        var order = new Permutation(sizes.length, RandomStream.of(seed, "split").nextLong());
        var heldOut = new BitSet(sizes.length);
        var taken = 0L;
        var smallest = 0;
        for (var i = 0; i < sizes.length; i++) {
            var document = (int) order.at(i);
            smallest = sizes[document] < sizes[smallest] ? document : smallest;
            if (taken + sizes[document] <= total * share && heldOut.cardinality() < sizes.length - 1) {
                heldOut.set(document);
                taken += sizes[document];
            }
        }
        if (taken == 0) {
            heldOut.clear();
            heldOut.set(smallest);
        }
        return heldOut;
    }

    /// The rows that are held out (first) and not, when each counts the same.
    static int[][] rows(int count, double share, long seed) {
        var order = new Permutation(count, RandomStream.of(seed, "split").nextLong());
        var heldOut = Math.clamp(Math.round(count * share), 1, count - 1);
        var parts = new int[][] {new int[heldOut], new int[count - heldOut]};
        for (var i = 0; i < count; i++) {
            var inFirst = i < heldOut;
            parts[inFirst ? 0 : 1][inFirst ? i : i - heldOut] = (int) order.at(i);
        }
        return parts;
    }
}
