package io.evenkeel.number;

/// Counts what floating-point formats lose of their range.
public final class Tally {
    private long elements;
    private long flushed;
    private long saturated;

    void add(long elements, long flushed, long saturated) {
        this.elements += elements;
        this.flushed += flushed;
        this.saturated += saturated;
    }

    /// Share of all numbers that became 0 without being it; 0 when there were none.
    public double flushed() {
        return elements == 0 ? 0 : flushed / (double) elements;
    }

    /// Share of all numbers that were larger than the largest.
    public double saturated() {
        return elements == 0 ? 0 : saturated / (double) elements;
    }
}
