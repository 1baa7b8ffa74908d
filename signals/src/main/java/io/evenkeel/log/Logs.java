package io.evenkeel.log;

import io.evenkeel.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Opens training logs of any tool.
///
///     for (var source : Logs.open(path, LogOptions.defaults(), visitor::warning)) {
///         try (source) { source.read(visitor); }
///     }
public final class Logs {
    /// Bytes that the format of a file is told by.
    static final int HEAD_BYTES = 1 << 20;

    private Logs() {}

    /// Receives what was passed over, one line each.
    public interface Warnings {
        void warning(String message);
    }

    /// The logs at a path: one, when it is a file or a run directory, or all that are found in a directory and
    /// below.
    /// Symbolic links below it are not followed.
    ///
    /// @throws InputException when there is none, naming why
    public static List<LogSource> open(Path path, LogOptions options, Warnings warnings) {
        try {
            if (Files.isDirectory(path)) {
                return new LogSearch(path, options, warnings).find();
            }
            if (Files.isRegularFile(path)) {
                return List.of(file(path, options));
            }
            // A pipe, as of a shell's process substitution.
            return List.of(open(Files.newInputStream(path), path.toString(), options));
        } catch (IOException e) {
            throw new InputException(path + " cannot be read: " + reason(e), e);
        }
    }

    /// A log that comes through a stream, such as standard input; it is read as it arrives.
    ///
    /// @param name what it is called
    public static LogSource open(InputStream in, String name, LogOptions options) {
        try {
            var input = LogInput.of(name, in, options.limits());
            var head = input.head(HEAD_BYTES);
            var detection = Detection.of(head, name);
            if (detection.format() == null) {
                throw new InputException(name + " " + detection.reason());
            }
            return LogSource.stream(name, input, detection, options);
        } catch (IOException e) {
            throw new InputException(name + " cannot be read: " + reason(e), e);
        }
    }

    /// Reads all logs at a path, one after the other.
    ///
    /// @return how many sources there were
    public static int read(Path path, LogOptions options, RunVisitor visitor) {
        var sources = new ArrayList<>(open(path, options, visitor::warning));
        for (var source : sources) {
            try (source) {
                source.read(visitor);
            } catch (InputException e) {
                if (sources.size() == 1) {
                    throw e;
                }
                visitor.warning(String.valueOf(e.getMessage()));
            }
        }
        return sources.size();
    }

    private static LogSource file(Path path, LogOptions options) throws IOException {
        var name = path.getFileName() == null
                ? path.toString()
                : path.getFileName().toString();
        var detection = detect(path, options, HEAD_BYTES);
        if (detection.format() == null && !(options.follow() && detection.isUnfinished())) {
            throw new InputException(path + " " + detection.reason());
        }
        return LogSource.file(name, List.of(path), detection, true, options);
    }

    static Detection detect(Path path, LogOptions options, int headBytes) throws IOException {
        try (var input = LogInput.of(path.toString(), Files.newInputStream(path), options.limits())) {
            return Detection.of(input.head(headBytes), path.getFileName().toString());
        }
    }

    /// What went wrong, in words: the message of some exceptions is the file's name alone.
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "it does not exist";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }
}
