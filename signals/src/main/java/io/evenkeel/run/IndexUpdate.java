package io.evenkeel.run;

import io.evenkeel.InputException;
import io.evenkeel.metric.Series;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Brings the [RunIndex] up to date with the directories, reading only the parts of runs whose files changed.
final class IndexUpdate {
    /// Restricts runs to those at or under a directory; the arguments come from [#under].
    static final String UNDER = "(path = ? OR substr(path, 1, length(?)) = ?)";

    private final Sql sql;

    IndexUpdate(Sql sql) {
        this.sql = sql;
    }

    static Object[] under(Path root) {
        var text = root.toString();
        var separator = root.getFileSystem().getSeparator();
        var prefix = text.endsWith(separator) ? text : text + separator;
        return new Object[] {text, prefix, prefix};
    }

    /// @param stamps of the files when they were read; null when nothing of them is in the index
    private record Known(long id, RunScan.@Nullable Stamps stamps) {}

    void refresh(Path root) throws SQLException {
        var found = RunScan.runs(root);
        var gone = known(root);
        var changed = new LinkedHashMap<Path, RunScan.Stamps>();
        var before = new HashMap<Path, Known>();
        for (var run : found) {
            var stamps = RunScan.Stamps.of(run);
            var known = gone.remove(run);
            if (known == null || !stamps.equals(known.stamps())) {
                changed.put(run, stamps);
                if (known != null) {
                    before.put(run, known);
                }
            }
        }
        if (changed.isEmpty() && gone.isEmpty()) {
            return;
        }
        sql.execute("BEGIN IMMEDIATE");
        try {
            for (var known : gone.values()) {
                sql.execute("DELETE FROM run WHERE id = ?", known.id());
            }
            for (var run : changed.entrySet()) {
                update(run.getKey(), run.getValue(), before.get(run.getKey()));
            }
            sql.execute("COMMIT");
        } catch (SQLException | RuntimeException e) {
            sql.execute("ROLLBACK");
            throw e;
        }
    }

    private Map<Path, Known> known(Path root) throws SQLException {
        var known = new HashMap<Path, Known>();
        sql.select(
                "SELECT path, id, manifest_stamp, status_stamp, metrics_stamp, events_stamp FROM run WHERE " + UNDER,
                row -> known.put(
                        Path.of(row.getString(1)),
                        new Known(
                                row.getLong(2),
                                new RunScan.Stamps(
                                        row.getString(3), row.getString(4), row.getString(5), row.getString(6)))),
                under(root));
        return known;
    }

    /// @param known as it was before the transaction; another process may have done the same meanwhile
    private void update(Path path, RunScan.Stamps stamps, @Nullable Known known) throws SQLException {
        var old = known == null || isBroken(known.id()) ? null : known.stamps();
        if (old == null) {
            sql.execute("DELETE FROM run WHERE path = ?", path.toString());
            sql.execute("INSERT INTO run (path) VALUES (?)", path.toString());
        }
        String broken = null;
        try {
            read(path, stamps, old);
        } catch (InputException e) {
            broken = e.getMessage();
            sql.execute("DELETE FROM run WHERE path = ?", path.toString());
            sql.execute("INSERT INTO run (path) VALUES (?)", path.toString());
        }
        sql.execute(
                "UPDATE run SET broken = ?, manifest_stamp = ?, status_stamp = ?, metrics_stamp = ?, events_stamp = ?"
                        + " WHERE path = ?",
                broken,
                stamps.manifest(),
                stamps.status(),
                stamps.metrics(),
                stamps.events(),
                path.toString());
    }

    private boolean isBroken(long id) throws SQLException {
        var broken = new boolean[1];
        sql.select("SELECT broken IS NOT NULL FROM run WHERE id = ?", row -> broken[0] = row.getBoolean(1), id);
        return broken[0];
    }

    private long id(Path path) throws SQLException {
        var id = new long[1];
        sql.select("SELECT id FROM run WHERE path = ?", row -> id[0] = row.getLong(1), path.toString());
        return id[0];
    }

    private void read(Path path, RunScan.Stamps stamps, RunScan.@Nullable Stamps old) throws SQLException {
        var run = RunDirectory.open(path);
        var id = id(path);
        if (old == null || !stamps.manifest().equals(old.manifest())) {
            updateManifest(id, run);
        }
        if (old == null || !stamps.status().equals(old.status())) {
            updateStatus(id, run);
        }
        if (old == null || !stamps.metrics().equals(old.metrics())) {
            updateMetrics(id, run);
        }
        if (old == null || !stamps.events().equals(old.events())) {
            updateEvents(id, run);
        }
    }

    private void updateManifest(long id, RunDirectory run) throws SQLException {
        var m = run.manifest();
        sql.execute(
                "UPDATE run SET run_id = ?, name = ?, created = ?, seed = ?, config_sha256 = ?, data = ?, parameters = ?"
                        + " WHERE id = ?",
                m.runId().toString(),
                m.name(),
                m.created().toEpochMilli(),
                m.seed(),
                m.configSha256(),
                m.data().id(),
                m.model().parameters(),
                id);
        sql.execute("DELETE FROM tag WHERE run = ?", id);
        for (var tag : m.tags()) {
            sql.execute("INSERT OR IGNORE INTO tag VALUES (?, ?)", id, tag);
        }
        sql.execute("DELETE FROM param WHERE run = ?", id);
        for (var parameter : RunScan.parameters(run).entrySet()) {
            var number = parameter.getValue() instanceof Number n ? (Double) n.doubleValue() : null;
            sql.execute(
                    "INSERT INTO param VALUES (?, ?, ?, ?)",
                    id,
                    parameter.getKey(),
                    String.valueOf(parameter.getValue()),
                    number);
        }
    }

    private void updateStatus(long id, RunDirectory run) throws SQLException {
        var status = run.status();
        if (status.isPresent()) {
            var s = status.get();
            sql.execute(
                    "UPDATE run SET state = ?, step = ?, total_steps = ?, heartbeat = ?, pid = ?, host = ?, boot_id = ?,"
                            + " incarnation = ?, message = ? WHERE id = ?",
                    s.state().name(),
                    s.step(),
                    s.totalSteps(),
                    s.heartbeat().toEpochMilli(),
                    s.pid(),
                    s.host(),
                    s.bootId(),
                    s.incarnation(),
                    s.message(),
                    id);
        }
    }

    private void updateMetrics(long id, RunDirectory run) throws SQLException {
        sql.execute("DELETE FROM summary WHERE run = ?", id);
        for (var summary : run.metrics().summary().entrySet()) {
            var b = summary.getValue();
            var series = Series.of(summary.getKey());
            var bestStep = series.better() == Series.Better.MIN ? b.minStep() : b.maxStep();
            sql.execute(
                    "INSERT INTO summary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    id,
                    summary.getKey(),
                    b.n(),
                    b.last(),
                    b.lastStep(),
                    b.min(),
                    b.max(),
                    RunScan.best(series, b),
                    series.better() == Series.Better.NONE ? -1L : bestStep,
                    b.nonFinite(),
                    b.firstNonFinite());
        }
    }

    private void updateEvents(long id, RunDirectory run) throws SQLException {
        sql.execute("DELETE FROM event WHERE run = ?", id);
        var sequence = 0;
        for (var event : run.events()) {
            sql.execute(
                    "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)",
                    id,
                    sequence++,
                    event.step(),
                    event.time().toEpochMilli(),
                    event.kind(),
                    event.severity() == null ? null : event.severity().name(),
                    event.text());
        }
    }
}
