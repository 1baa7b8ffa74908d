package io.evenkeel.run;

import io.evenkeel.AppendFile;
import io.evenkeel.InputException;
import io.evenkeel.detect.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// The file `events.jsonl`: one JSON object a line, appended by one `write` each. A last line without its end is one
/// that is being written, or was when the process died: it does not count.
final class EventLog implements AutoCloseable {
    static final String FILE = "events.jsonl";

    private final AppendFile end;

    private EventLog(AppendFile end) {
        this.end = end;
    }

    /// Opens the log for appending and removes a torn last line.
    static EventLog open(Path directory, AppendFile.OnError onError) throws IOException {
        var channel = FileChannel.open(
                directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            var size = channel.size();
            var end = endOfLastLine(channel, size);
            if (end < size) {
                channel.truncate(end);
            }
            channel.position(end);
            return new EventLog(new AppendFile(channel, onError));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static long endOfLastLine(FileChannel channel, long size) throws IOException {
        var block = ByteBuffer.allocate(1 << 16);
        for (var end = size; end > 0; ) {
            var start = Math.max(0, end - block.capacity());
            block.clear().limit((int) (end - start));
            while (block.hasRemaining() && channel.read(block, start + block.position()) >= 0) {}
            for (var i = block.position() - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    return start + i + 1;
                }
            }
            end = start;
        }
        return 0;
    }

    void append(RunEvent event) throws IOException {
        end.append(ByteBuffer.wrap((RunFiles.JSON.writeValueAsString(event) + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    void force() throws IOException {
        end.force();
    }

    @Override
    public void close() throws IOException {
        end.close();
    }

    /// All events of a run in the order they happened. A line that cannot be read stands as an event of the kind
    /// [RunEvent#DAMAGE], so that it is seen.
    static List<RunEvent> read(Path directory) {
        var file = directory.resolve(FILE);
        String text;
        try {
            text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new InputException(file + " cannot be read: " + RunFiles.reason(e), e);
        }
        var events = new ArrayList<RunEvent>();
        var lines = text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1);
        for (var i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                events.add(parse(lines[i], i + 1, events.isEmpty() ? null : events.getLast()));
            }
        }
        return events;
    }

    private static RunEvent parse(String line, int number, @Nullable RunEvent before) {
        try {
            return RunFiles.JSON.readValue(line, RunEvent.class);
        } catch (JacksonException e) {
            return new RunEvent(
                    before == null ? 0 : before.step(),
                    before == null ? Instant.EPOCH : before.time(),
                    RunEvent.DAMAGE,
                    Event.Severity.WATCH,
                    FILE + " line " + number + " cannot be read: " + RunFiles.firstLine(e),
                    RunFiles.JSON.createObjectNode());
        }
    }
}
