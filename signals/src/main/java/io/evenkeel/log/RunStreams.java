package io.evenkeel.log;

import io.evenkeel.InputException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The runs of one source and what is known of all of them.
final class RunStreams {
    private static final int MAX_WARNINGS = 20;

    private final String id;
    private final @Nullable Path path;
    private final boolean alone;
    private final LogOptions options;
    private final Map<String, RunStream> runs = new LinkedHashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Set<String> warned = new LinkedHashSet<>();
    private LogFormat format;
    private RunVisitor visitor;
    private @Nullable SeriesMapping mapping;

    /// @param id    of the source
    /// @param alone whether there is no other, so that the runs in it need not name it
    RunStreams(
            String id, @Nullable Path path, LogFormat format, boolean alone, LogOptions options, RunVisitor visitor) {
        this.id = id;
        this.path = path;
        this.format = format;
        this.alone = alone;
        this.options = options;
        this.visitor = visitor;
    }

    void visitor(RunVisitor changed) {
        visitor = changed;
    }

    RunVisitor visitor() {
        return visitor;
    }

    LogOptions options() {
        return options;
    }

    LogOptions.Limits limits() {
        return options.limits();
    }

    LogFormat format() {
        return format;
    }

    /// What the text turned out to be.
    void format(LogFormat found) {
        format = found;
    }

    @Nullable
    Path path() {
        return path;
    }

    String id() {
        return id;
    }

    /// The names of the source: told with every run.
    SeriesMapping mapping(SeriesMapping used) {
        mapping = used;
        return used;
    }

    Map<String, String> sources() {
        return mapping == null ? Map.of() : mapping.sources();
    }

    Set<String> notes() {
        var all = new LinkedHashSet<>(notes);
        if (mapping != null) {
            all.addAll(mapping.notes());
        }
        return all;
    }

    /// Something that holds for every run of the source.
    void note(String note) {
        notes.add(note);
    }

    /// The only run of the source.
    RunStream run() {
        return run("");
    }

    /// @param group what tells the run from the others of the source
    RunStream run(String group) {
        var run = runs.get(group);
        if (run == null) {
            if (runs.size() >= limits().runs()) {
                throw new InputException(id + " has more than " + limits().runs() + " runs");
            }
            run = new RunStream(this, group.isEmpty() ? id : alone ? group : id + "#" + group);
            runs.put(group, run);
        }
        return run;
    }

    /// Passes something over, saying so once.
    void warning(String message) {
        if (warned.size() < MAX_WARNINGS && warned.add(message)) {
            visitor.warning(id + ": " + message);
        }
    }

    void flush() {
        runs.values().forEach(RunStream::flush);
    }

    void caughtUp() {
        if (mapping != null) {
            for (var name : mapping.unmatched()) {
                warning("no column is named " + name + ", to which a series was mapped");
            }
        }
        runs.values().forEach(RunStream::caughtUp);
    }

    /// How many runs have been found.
    int size() {
        return (int) runs.values().stream().filter(RunStream::begun).count();
    }
}
