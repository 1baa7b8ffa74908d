package io.evenkeel.run;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/// The tables of the [RunIndex] and how older versions become the newest.
final class IndexSchema {
    /// Number `i` leads from `user_version` i to i + 1. They are never changed, only added to.
    private static final List<String> MIGRATIONS = List.of("""
            CREATE TABLE run (
                id INTEGER PRIMARY KEY,
                path TEXT NOT NULL UNIQUE,
                broken TEXT,
                run_id TEXT, name TEXT, created INTEGER, seed INTEGER, config_sha256 TEXT, data TEXT, parameters INTEGER,
                state TEXT, step INTEGER, total_steps INTEGER, heartbeat INTEGER, pid INTEGER, host TEXT, boot_id TEXT,
                incarnation INTEGER, message TEXT,
                manifest_stamp TEXT, status_stamp TEXT, metrics_stamp TEXT, events_stamp TEXT);
            CREATE TABLE param (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
                key TEXT NOT NULL, text TEXT NOT NULL, num REAL, PRIMARY KEY (run, key)) WITHOUT ROWID;
            CREATE TABLE tag (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
                tag TEXT NOT NULL, PRIMARY KEY (run, tag)) WITHOUT ROWID;
            CREATE TABLE summary (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
                metric TEXT NOT NULL, n INTEGER NOT NULL, last REAL, last_step INTEGER, min REAL, max REAL, best REAL,
                at_step INTEGER, nan INTEGER NOT NULL, nan_step INTEGER, PRIMARY KEY (run, metric)) WITHOUT ROWID;
            CREATE TABLE event (run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
                seq INTEGER NOT NULL, step INTEGER NOT NULL, time INTEGER NOT NULL, kind TEXT NOT NULL, severity TEXT,
                text TEXT NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
            CREATE INDEX event_kind ON event (kind, run);
            """);

    private IndexSchema() {}

    /// Opens the index in a file, made or brought up to date as needed.
    ///
    /// @throws NewerException when the file is of a newer version
    static Connection open(Path file) throws SQLException {
        return migrated("jdbc:sqlite:" + file);
    }

    /// An index that lasts as long as its connection.
    static Connection inMemory() throws SQLException {
        return migrated("jdbc:sqlite::memory:");
    }

    /// The file was made by a newer version of the program.
    static final class NewerException extends SQLException {
        NewerException(int version) {
            super("the index is of version " + version + ", this program knows " + MIGRATIONS.size());
        }
    }

    private static Connection migrated(String url) throws SQLException {
        var connection = DriverManager.getConnection(url);
        try (var statement = connection.createStatement()) {
            // It can be rebuilt, so a power failure may cost the last changes but not the file.
            statement.execute("PRAGMA busy_timeout = 10000");
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = NORMAL");
            statement.execute("PRAGMA foreign_keys = ON");
            statement.execute("BEGIN IMMEDIATE");
            var version = version(connection);
            if (version > MIGRATIONS.size()) {
                throw new NewerException(version);
            }
            for (; version < MIGRATIONS.size(); version++) {
                for (var sql : MIGRATIONS.get(version).split(";\\s*\\R", -1)) {
                    if (!sql.isBlank()) {
                        statement.execute(sql);
                    }
                }
                statement.execute("PRAGMA user_version = " + (version + 1));
            }
            statement.execute("COMMIT");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("PRAGMA user_version")) {
            return row.getInt(1);
        }
    }
}
