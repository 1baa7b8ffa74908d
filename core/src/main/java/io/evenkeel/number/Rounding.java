package io.evenkeel.number;

/// What happens to a number between two that a format has.
public enum Rounding {
    /// the one nearer to zero: bits are cut off
    TRUNCATE,
    /// the nearer one, the even one of two that are equally near
    NEAREST,
    /// the farther one with the probability that makes the mean right; to the nearest in evaluation
    STOCHASTIC
}
