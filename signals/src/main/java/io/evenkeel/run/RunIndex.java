package io.evenkeel.run;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Many runs at once: a cache of what is in their directories, so that a thousand are listed at once. The directories
/// are the truth: only runs whose files changed are read again, and the index may be deleted at any time.
///
/// It is an SQLite file in the user's cache, `$EVENKEEL_CACHE`, `$XDG_CACHE_HOME/evenkeel` or `~/.cache/evenkeel`,
/// never
/// beside the runs, which may lie on a network file system. One that is damaged is replaced; where none can be written,
/// or it is of a newer program, it is kept in memory. Not thread safe; several processes may use one file.
public final class RunIndex implements AutoCloseable {
    private static final String FILE = "runs.sqlite";
    private static final String FIELDS = "path, broken, run_id, name, created, seed, config_sha256, data, parameters,"
            + " state, step, total_steps, heartbeat, pid, host, boot_id, incarnation, message";

    private final Sql sql;

    private RunIndex(Connection connection) {
        this.sql = new Sql(connection);
    }

    /// A run of the index.
    ///
    /// @param broken why its directory cannot be read, null when it can; then `about` is null
    /// @param status null when the run was never started
    public record Entry(
            Path path,
            @Nullable String broken,
            @Nullable About about,
            @Nullable Status status) {
        /// Whether the run is alive now; empty for one that was never started or is broken.
        public Optional<Status.Liveness> liveness(Instant now) {
            return Optional.ofNullable(status).map(s -> s.liveness(now));
        }
    }

    /// What a run's manifest says.
    ///
    /// @param data id of the data
    public record About(
            UUID runId, String name, Instant created, long seed, String configSha256, String data, long parameters) {}

    /// What is known of a series of a run. NaN where there is no finite value.
    ///
    /// @param n       how many points
    /// @param best    the better one of min and max, NaN when neither is
    /// @param atStep  the step of the best value, -1 without one
    /// @param nan     how many points are NaN or infinite
    /// @param nanStep the step of the first of them, -1 when none
    public record Summary(
            long n,
            double last,
            long lastStep,
            double min,
            double max,
            double best,
            long atStep,
            long nan,
            long nanStep) {}

    /// The index in the user's cache.
    public static RunIndex open() {
        var environment = System.getenv();
        var own = environment.get("EVENKEEL_CACHE");
        var xdg = environment.get("XDG_CACHE_HOME");
        var directory = own != null && !own.isBlank()
                ? Path.of(own)
                : (xdg != null && !xdg.isBlank() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("evenkeel");
        return open(directory.resolve(FILE));
    }

    /// The index in a file.
    public static RunIndex open(Path file) {
        try {
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
                return new RunIndex(IndexSchema.open(file));
            } catch (SQLiteException e) {
                if (e.getResultCode() != SQLiteErrorCode.SQLITE_NOTADB
                        && e.getResultCode() != SQLiteErrorCode.SQLITE_CORRUPT) {
                    return new RunIndex(IndexSchema.inMemory());
                }
                for (var suffix : List.of("", "-wal", "-shm")) {
                    Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
                }
                return new RunIndex(IndexSchema.open(file));
            } catch (IndexSchema.NewerException | IOException e) {
                return new RunIndex(IndexSchema.inMemory());
            }
        } catch (SQLException | IOException e) {
            throw new InputException("index " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    /// The runs under a directory, newest first, broken ones last; what changed since the last time is read again.
    ///
    /// @throws InputException when the directory cannot be read
    public List<Entry> list(Path directory) {
        return guarded(() -> {
            var root = real(directory);
            new IndexUpdate(sql).refresh(root);
            var entries = new ArrayList<Entry>();
            sql.select(
                    "SELECT " + FIELDS + " FROM run WHERE " + IndexUpdate.UNDER
                            + " ORDER BY created IS NULL, created DESC, path",
                    row -> entries.add(entry(row)),
                    IndexUpdate.under(root));
            return entries;
        });
    }

    /// Forgets the runs under a directory, so that the next [#list] reads them all.
    public void forget(Path directory) {
        guarded(() -> {
            sql.execute("DELETE FROM run WHERE " + IndexUpdate.UNDER, IndexUpdate.under(real(directory)));
            return directory;
        });
    }

    /// The summaries of the series of a run by name.
    public Map<String, Summary> summary(Path run) {
        return guarded(() -> {
            var summaries = new TreeMap<String, Summary>();
            sql.select(
                    "SELECT metric, n, last, last_step, min, max, best, at_step, nan, nan_step FROM summary"
                            + " WHERE run = (SELECT id FROM run WHERE path = ?)",
                    row -> summaries.put(row.getString(1), summary(row)),
                    real(run).toString());
            return summaries;
        });
    }

    /// The summary of one series over all runs under a directory that have it, by path; as of the last [#list].
    public Map<Path, Summary> summaries(Path directory, String series) {
        return guarded(() -> {
            var summaries = new LinkedHashMap<Path, Summary>();
            var under = IndexUpdate.under(real(directory));
            sql.select(
                    "SELECT path, n, last, last_step, min, max, best, at_step, nan, nan_step FROM summary"
                            + " JOIN run ON run.id = summary.run WHERE metric = ? AND " + IndexUpdate.UNDER,
                    row -> summaries.put(Path.of(row.getString(1)), summary(row)),
                    series,
                    under[0],
                    under[1],
                    under[2]);
            return summaries;
        });
    }

    /// The configuration of a run: values by path, such as `optimizer.lr`.
    public Map<String, String> parameters(Path run) {
        return guarded(() -> {
            var parameters = new TreeMap<String, String>();
            sql.select(
                    "SELECT key, text FROM param WHERE run = (SELECT id FROM run WHERE path = ?)",
                    row -> parameters.put(row.getString(1), row.getString(2)),
                    real(run).toString());
            return parameters;
        });
    }

    /// The tags of a run, sorted.
    public List<String> tags(Path run) {
        return guarded(() -> {
            var tags = new ArrayList<String>();
            sql.select(
                    "SELECT tag FROM tag WHERE run = (SELECT id FROM run WHERE path = ?) ORDER BY tag",
                    row -> tags.add(row.getString(1)),
                    real(run).toString());
            return tags;
        });
    }

    /// How many events of each kind a run has.
    public Map<String, Long> eventCounts(Path run) {
        return guarded(() -> {
            var counts = new TreeMap<String, Long>();
            sql.select(
                    "SELECT kind, count(*) FROM event WHERE run = (SELECT id FROM run WHERE path = ?) GROUP BY kind",
                    row -> counts.put(row.getString(1), row.getLong(2)),
                    real(run).toString());
            return counts;
        });
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // It does not exist: whoever reads it says so.
            return path.toAbsolutePath().normalize();
        }
    }

    private static Entry entry(ResultSet row) throws SQLException {
        var path = Path.of(row.getString(1));
        var broken = row.getString(2);
        if (broken != null) {
            return new Entry(path, broken, null, null);
        }
        var about = new About(
                UUID.fromString(row.getString(3)),
                row.getString(4),
                Instant.ofEpochMilli(row.getLong(5)),
                row.getLong(6),
                row.getString(7),
                row.getString(8),
                row.getLong(9));
        var state = row.getString(10);
        var status = state == null
                ? null
                : new Status(
                        Status.State.valueOf(state),
                        row.getLong(11),
                        row.getLong(12),
                        Instant.ofEpochMilli(row.getLong(13)),
                        row.getLong(14),
                        row.getString(15),
                        row.getString(16),
                        row.getInt(17),
                        row.getString(18));
        return new Entry(path, null, about, status);
    }

    private static Summary summary(ResultSet row) throws SQLException {
        return new Summary(
                row.getLong(2),
                Sql.number(row, 3),
                row.getLong(4),
                Sql.number(row, 5),
                Sql.number(row, 6),
                Sql.number(row, 7),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10));
    }

    private interface Query<T> {
        T run() throws SQLException;
    }

    private static <T> T guarded(Query<T> query) {
        try {
            return query.run();
        } catch (SQLException e) {
            throw new InputException("the index of runs cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        guarded(() -> {
            sql.close();
            return sql;
        });
    }
}
