package io.evenkeel.metric;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Follows the metrics of a run while they are written: each [#poll] gives what is new, in the order it was written.
///
/// When an incarnation starts, readings after the step it goes back to are superseded; who draws them should listen to
/// [Listener#started]. Not thread safe.
public final class Tail implements AutoCloseable {
    private final Path directory;
    private Position from;
    private @Nullable SegmentReader reader;
    private int segment;
    private final Follower follower = new Follower();

    Tail(Path directory, Position from) {
        this.directory = directory;
        this.from = from;
        this.segment = from.segment();
    }

    /// Where a tail stands, to go on later or in another process.
    ///
    /// @param segment number of the segment
    /// @param offset  bytes of it that were read
    public record Position(int segment, long offset) {
        /// The beginning of a run.
        public static final Position START = new Position(0, 0);
    }

    /// Receives what is new.
    public interface Listener {
        /// An incarnation started.
        ///
        /// @param rewindTo readings before with a later step are superseded
        default void started(int number, long rewindTo, String cause) {}

        /// The readings of a step, or a part of them.
        void readings(int incarnation, Readings readings);
    }

    /// The readings that were written since the last call.
    public List<Readings> poll() {
        var news = new ArrayList<Readings>();
        poll((_, readings) -> news.add(readings));
        return news;
    }

    /// Gives the listener what was written since the last call.
    public void poll(Listener listener) {
        try {
            for (var file : Segments.files(directory)) {
                if (Segments.number(file) >= segment) {
                    advance(file, Segments.number(file), listener);
                }
            }
        } catch (IOException e) {
            throw new InputException("metrics in " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// Reads on in a segment. That a later one was listed before means that this one is complete.
    private void advance(Path file, int number, Listener listener) throws IOException {
        var open = reader;
        // One that has not begun may have been replaced by another file.
        if (open == null || number != segment || open.position() == 0) {
            close();
            open = new SegmentReader(file);
            reader = open;
            segment = number;
            follower.forget();
            if (number == from.segment() && from.offset() > 0) {
                // Only the names of the series are wanted of what was read before.
                open.read(follower, from.offset());
            }
        }
        follower.listener = listener;
        open.read(follower);
        follower.listener = null;
    }

    /// Where this stands now.
    public Position position() {
        return reader == null ? from : new Position(segment, Math.max(reader.position(), offsetBefore()));
    }

    private long offsetBefore() {
        return segment == from.segment() ? from.offset() : 0;
    }

    @Override
    public void close() {
        if (reader != null) {
            try {
                reader.close();
            } catch (IOException e) {
                throw new InputException("metrics in " + directory + " cannot be closed: " + e.getMessage(), e);
            }
            from = position();
            reader = null;
        }
    }

    /// Passes on what is read, if there is somebody to pass it to.
    private static final class Follower extends ReadingsVisitor {
        private @Nullable Listener listener;
        private int incarnation = -1;

        @Override
        public void incarnation(int number, long rewindTo, String cause) {
            if (number != incarnation && listener != null) {
                listener.started(number, rewindTo, cause);
            }
            incarnation = number;
        }

        @Override
        void readings(Readings readings) {
            if (listener != null) {
                listener.readings(incarnation, readings);
            }
        }
    }
}
