package io.evenkeel.run;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Statements on one connection, prepared once each.
final class Sql implements AutoCloseable {
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Sql(Connection connection) {
        this.connection = connection;
    }

    interface RowVisitor {
        void row(ResultSet row) throws SQLException;
    }

    void execute(String sql, @Nullable Object... arguments) throws SQLException {
        bound(sql, arguments).execute();
    }

    void select(String sql, RowVisitor visitor, @Nullable Object... arguments) throws SQLException {
        try (var rows = bound(sql, arguments).executeQuery()) {
            while (rows.next()) {
                visitor.row(rows);
            }
        }
    }

    private PreparedStatement bound(String sql, @Nullable Object... arguments) throws SQLException {
        var statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (var i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    /// A number of a row, NaN where SQLite has NULL, which is how it stores NaN.
    static double number(ResultSet row, int column) throws SQLException {
        var value = row.getDouble(column);
        return row.wasNull() ? Double.NaN : value;
    }

    @Override
    public void close() throws SQLException {
        for (var statement : statements.values()) {
            statement.close();
        }
        connection.close();
    }
}
