package io.evenkeel.metric;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The segments of a run, oldest first, and which of their steps count.
final class Segments {
    private Segments() {}

    /// A segment and the incarnation it belongs to.
    ///
    /// @param limit readings after this step were superseded by a later incarnation; `Long.MAX_VALUE` for none
    record Segment(Path file, int number, int incarnation, long rewindTo, String cause, long limit) {}

    /// The files of a directory by number.
    static List<Path> files(Path directory) throws IOException {
        try (var children = Files.list(directory)) {
            return children.filter(file -> file.getFileName().toString().matches("\\d{5,9}\\.seg"))
                    .sorted((a, b) -> Integer.compare(number(a), number(b)))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (NotDirectoryException e) {
            throw new IOException(directory + " is not a directory", e);
        }
    }

    static int number(Path file) {
        var name = file.getFileName().toString();
        return Integer.parseInt(name.substring(0, name.indexOf('.')));
    }

    /// The segments of a directory that have begun.
    ///
    /// @param run     the hash that their headers must carry, 0 for any
    /// @param damages receives those that cannot be used
    static List<Segment> list(Path directory, long run, List<Damage> damages) throws IOException {
        var found = new ArrayList<Segment>();
        for (var file : files(directory)) {
            var segment = begin(file, run, damages);
            if (segment != null) {
                found.add(segment);
            }
        }
        return limited(found);
    }

    /// Reads the beginning of a segment: the header and the first frame, which is the incarnation. Either suffices.
    private static @Nullable Segment begin(Path file, long run, List<Damage> damages) throws IOException {
        var first = new Segment[1];
        try (var reader = new SegmentReader(file)) {
            var visitor = new SegmentVisitor() {
                @Override
                public void incarnation(int number, long rewindTo, String cause) {
                    first[0] = new Segment(file, number(file), number, rewindTo, cause, Long.MAX_VALUE);
                }
            };
            reader.read(visitor, FrameBuffer.HEADER_BYTES + 1L);
            var header = reader.header();
            if (header != null && run != 0 && header.run() != run) {
                damages.add(new Damage(file, 0, Files.size(file), "belong to another run"));
                return null;
            }
            if (first[0] == null && header != null) {
                return new Segment(file, number(file), header.incarnation(), header.rewindTo(), "", Long.MAX_VALUE);
            }
            if (first[0] == null && reader.position() > 0) {
                damages.add(new Damage(file, 0, Files.size(file), "have no readable beginning"));
            }
            return first[0];
        }
    }

    private static List<Segment> limited(List<Segment> segments) {
        var limited = new ArrayList<Segment>(segments);
        var limit = Long.MAX_VALUE;
        var next = Long.MAX_VALUE;
        var incarnation = Integer.MAX_VALUE;
        for (var i = segments.size() - 1; i >= 0; i--) {
            var s = segments.get(i);
            if (s.incarnation() < incarnation) {
                limit = next;
                incarnation = s.incarnation();
            }
            next = Math.min(next, s.rewindTo());
            limited.set(i, new Segment(s.file(), s.number(), s.incarnation(), s.rewindTo(), s.cause(), limit));
        }
        return limited;
    }
}
