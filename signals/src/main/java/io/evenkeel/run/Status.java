package io.evenkeel.run;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;

/// How a run is doing: the file `status.json`, replaced every two seconds while the run is written.
///
/// @param state       what the process says of itself
/// @param step        optimizer steps done
/// @param totalSteps  planned, 0 when that is not known
/// @param heartbeat   when this was written
/// @param bootId      of the machine's start, empty where the system has none
/// @param incarnation number of the current one
/// @param message     why it is in this state, null when there is nothing to say
public record Status(
        State state,
        long step,
        long totalSteps,
        Instant heartbeat,
        long pid,
        String host,
        String bootId,
        int incarnation,
        @Nullable String message) {
    static final String FILE = "status.json";

    /// A heartbeat older than this is that of a process that does not run any more, or hangs.
    static final Duration STALE = Duration.ofSeconds(20);

    /// What the process says of itself.
    public enum State {
        RUNNING,
        FINISHED,
        /// Ended before its last step by a signal or a limit.
        STOPPED,
        FAILED
    }

    /// What can be said of a run from outside.
    public enum Liveness {
        RUNNING,
        /// Says that it runs, but its heartbeat is old or its process is gone: why is not known.
        STALE,
        STOPPED,
        FAILED,
        FINISHED
    }

    public Status {
        if (state == null || heartbeat == null || host == null || bootId == null) {
            throw new IllegalArgumentException("state, heartbeat, host and bootId must be given");
        }
    }

    /// Whether the run is alive, as seen from this machine at `now`.
    public Liveness liveness(Instant now) {
        return switch (state) {
            case RUNNING -> alive(now) ? Liveness.RUNNING : Liveness.STALE;
            case FINISHED -> Liveness.FINISHED;
            case STOPPED -> Liveness.STOPPED;
            case FAILED -> Liveness.FAILED;
        };
    }

    private boolean alive(Instant now) {
        if (heartbeat.plus(STALE).isBefore(now)) {
            return false;
        }
        // Processes can be asked for only where they live: on this host since this start of it.
        var here = host.equals(Machine.host()) && !bootId.isEmpty() && bootId.equals(Machine.bootId());
        return !here || ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    void write(Path directory) throws IOException {
        RunFiles.replace(
                directory.resolve(FILE),
                RunFiles.JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(this));
    }

    /// The status in a run's directory; empty when the run was never started.
    ///
    /// @throws InputException when it is damaged
    static Optional<Status> read(Path directory) {
        var file = directory.resolve(FILE);
        try {
            return Optional.of(RunFiles.JSON.readValue(Files.readAllBytes(file), Status.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new InputException(file + " cannot be read: " + RunFiles.reason(e), e);
        } catch (JacksonException e) {
            throw new InputException(file + " is damaged: " + RunFiles.firstLine(e), e);
        }
    }
}
