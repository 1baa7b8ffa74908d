package io.evenkeel.statistic;

import java.util.ArrayList;
import java.util.List;

/// A whole stream in bounded memory: medians of equal blocks of consecutive values. When the blocks become too many,
/// neighbours are merged (mean of the two medians) and blocks are twice as long from then on.
public final class BlockMedians {
    private final int capacity;
    private final List<Double> blocks = new ArrayList<>();
    private final List<Double> open = new ArrayList<>();
    private int blockLength = 1;
    private int merged = 1;

    /// The longest block whose values are kept; longer ones are made of such.
    private static final int MAX_OPEN = 64;

    /// @param capacity most blocks kept, even, >= 4
    public BlockMedians(int capacity) {
        if (capacity < 4 || capacity % 2 != 0) {
            throw new IllegalArgumentException("capacity must be even and >= 4 but was " + capacity);
        }
        this.capacity = capacity;
    }

    /// What is saved.
    public record State(List<Double> blocks, List<Double> open, int blockLength, int merged, List<Double> parts) {}

    /// Medians of the closed parts of the open block, when a block is longer than what is kept open.
    private final List<Double> parts = new ArrayList<>();

    /// Adds a value.
    ///
    /// @throws IllegalArgumentException when it is not finite
    public void add(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value must be finite but was " + value);
        }
        open.add(value);
        if (open.size() < blockLength) {
            return;
        }
        parts.add(median(open));
        open.clear();
        if (parts.size() < merged) {
            return;
        }
        blocks.add(median(parts));
        parts.clear();
        if (blocks.size() == capacity) {
            merge();
        }
    }

    private void merge() {
        for (var i = 0; i < capacity / 2; i++) {
            blocks.set(i, 0.5 * (blocks.get(2 * i) + blocks.get(2 * i + 1)));
        }
        blocks.subList(capacity / 2, capacity).clear();
        if (blockLength < MAX_OPEN) {
            blockLength *= 2;
        } else {
            merged *= 2;
        }
    }

    private static double median(List<Double> values) {
        return Sample.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /// Closed blocks.
    public int size() {
        return blocks.size();
    }

    /// Values in a block.
    public long blockLength() {
        return (long) blockLength * merged;
    }

    /// The medians of the last `count` closed blocks, oldest first.
    public double[] last(int count) {
        return blocks.subList(blocks.size() - count, blocks.size()).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    public State state() {
        return new State(List.copyOf(blocks), List.copyOf(open), blockLength, merged, List.copyOf(parts));
    }

    public void restore(State state) {
        blocks.clear();
        blocks.addAll(state.blocks());
        open.clear();
        open.addAll(state.open());
        parts.clear();
        parts.addAll(state.parts());
        blockLength = state.blockLength();
        merged = state.merged();
    }
}
