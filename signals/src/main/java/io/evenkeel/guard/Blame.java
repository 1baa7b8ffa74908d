package io.evenkeel.guard;

/// Where a sudden trouble lies: decides whether leaving out a step can help.
public enum Blame {
    /// The weights still do well on the data they were last taught with: this step's data or gradient is bad.
    DATA,
    /// The weights do badly on the data they were last taught with: the last update, or the memory they are in,
    /// hurt them.
    WEIGHTS,
    /// It cannot be told, because the trouble came slowly or there is nothing to compare with.
    UNKNOWN
}
