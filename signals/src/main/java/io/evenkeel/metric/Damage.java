package io.evenkeel.metric;

import java.nio.file.Path;

/// A part of a metric file that cannot be read although good data follows it.
///
/// @param file   the segment
/// @param offset where it begins, bytes
/// @param bytes  how long it is
/// @param reason what is wrong
public record Damage(Path file, long offset, long bytes, String reason) {
    @Override
    public String toString() {
        return file + ": " + bytes + " bytes at " + offset + " " + reason;
    }
}
