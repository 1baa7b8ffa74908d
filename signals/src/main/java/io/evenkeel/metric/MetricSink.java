package io.evenkeel.metric;

import java.io.IOException;

/// Another place that the readings of a run go to besides its own store, such as [TensorBoardWriter]. It is called by
/// the thread that writes the store, never by the one that trains; when it fails it is dropped and the run goes on.
public interface MetricSink extends AutoCloseable {
    /// What follows belongs to another incarnation; comes before the first readings too.
    ///
    /// @param rewindTo earlier readings with a later step are superseded
    void started(int incarnation, long rewindTo, String cause) throws IOException;

    void readings(Readings readings) throws IOException;

    /// Nothing is waiting: good time to write what is buffered.
    void flush() throws IOException;

    @Override
    void close() throws IOException;
}
