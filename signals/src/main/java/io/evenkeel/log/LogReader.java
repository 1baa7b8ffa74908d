package io.evenkeel.log;

import java.io.Closeable;
import java.io.IOException;

/// Reads one source into its [RunStreams]. One that can follow a growing file goes on where it stood; another reads its
/// source once.
interface LogReader extends Closeable {
    /// Reads to the end of what is there.
    ///
    /// @param last whether nothing more will come, so that a last record without its end counts
    void read(boolean last) throws IOException;

    /// Whether [#read] may be repeated when the source has grown.
    default boolean follows() {
        return false;
    }
}
