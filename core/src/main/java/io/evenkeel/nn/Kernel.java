package io.evenkeel.nn;

import io.evenkeel.tensor.Functional.Window;

/// The sizes of a convolution.
///
/// @param in     channels of the input, a multiple of the window's groups
/// @param out    channels of the output
/// @param size   of the kernel, the same in each dimension
/// @param window how it moves
public record Kernel(long in, long out, long size, Window window) {
    public Kernel {
        if (in % window.groups() != 0) {
            throw new IllegalArgumentException("groups must divide the channels " + in + " but was " + window.groups());
        }
    }

    /// A kernel of odd size that keeps height and width, or divides them by the stride.
    public static Kernel same(long in, long out, long size, long stride) {
        return new Kernel(in, out, size, Window.PLAIN.withPadding(size / 2).withStride(stride));
    }

    /// Channels that one output is a sum over.
    long inOfGroup() {
        return in / window.groups();
    }

    /// Elements that one output is a sum over, in `dims` dimensions.
    public long fanIn(int dims) {
        return inOfGroup() * (dims == 1 ? size : size * size);
    }
}
