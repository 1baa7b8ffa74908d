package io.evenkeel.studies.p37;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;

/// What the C library's allocator has given out, where it can say: libtorch's tensors on the processor come from it.
final class NativeHeap {
    /// Fields of `struct mallinfo2`, all of them `size_t`.
    private static final int FIELDS = 10;
    /// Bytes in blocks of their own.
    private static final int MAPPED = 4;
    /// Bytes in use of the arenas.
    private static final int USED = 7;

    private NativeHeap() {}

    /// Bytes in use; NaN where the C library has no `mallinfo2`.
    static double bytes() {
        var linker = Linker.nativeLinker();
        var function = linker.defaultLookup().find("mallinfo2");
        if (function.isEmpty()) {
            return Double.NaN;
        }
        var layout = MemoryLayout.structLayout(
                Stream.generate(() -> (MemoryLayout) ValueLayout.JAVA_LONG).limit(FIELDS).toArray(MemoryLayout[]::new));
        try (var arena = Arena.ofConfined()) {
            var info = (MemorySegment) linker.downcallHandle(function.get(), FunctionDescriptor.of(layout))
                    .invokeExact((SegmentAllocator) arena);
            return info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED) + (double) info.getAtIndex(ValueLayout.JAVA_LONG, USED);
        } catch (Throwable e) {
            throw new IllegalStateException("mallinfo2 cannot be called", e);
        }
    }
}
