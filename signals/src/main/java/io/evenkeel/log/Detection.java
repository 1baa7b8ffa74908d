package io.evenkeel.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Which format a file has, told by how it begins: first the marks of binary formats, then JSON, then lines of known
/// tools, then tables. The name only helps where two formats are alike.
///
/// @param format null when it is none
/// @param table  how a delimited table begins, null for other formats
/// @param reason why it is none, for people
record Detection(@Nullable LogFormat format, @Nullable TableHead table, String reason) {
    private static final Pattern NUMBERS = Pattern.compile("\"([^\"]{1,100})\"\\s*+:\\s*+\\[\\s*+[-\\dNI]");

    private static final String EMPTY = "is empty";
    private static final String UNFINISHED = "begins with a JSON object that has no end";

    /// Whether more of the file may show what it is.
    boolean isUnfinished() {
        return reason.equals(EMPTY) || reason.equals(UNFINISHED);
    }

    private static Detection as(LogFormat format) {
        return new Detection(format, null, "");
    }

    private static Detection none(String reason) {
        return new Detection(null, null, reason);
    }

    /// @param head     the first bytes, in UTF-8 if they are text
    /// @param fileName without directories
    static Detection of(byte[] head, String fileName) {
        if (head.length == 0) {
            return none(EMPTY);
        }
        var binary = binary(head, fileName);
        if (binary != null) {
            return binary;
        }
        var start = firstText(head);
        if (start < head.length && head[start] == '{' && (start + 1 == head.length || head[start + 1] != '\'')) {
            return json(head, start);
        }
        if (start < head.length && head[start] == '[' && startsRecords(head, start + 1)) {
            return isTrace(text(head)) ? as(LogFormat.TRACE) : as(LogFormat.JSON_RECORDS);
        }
        var console = ConsoleReader.recognise(head);
        var general = console == LogFormat.KEY_VALUE || console == LogFormat.UNKNOWN;
        var table = general ? TableHead.of(head) : null;
        if (table != null) {
            return table(table, fileName);
        }
        return as(console);
    }

    private static @Nullable Detection binary(byte[] head, String fileName) {
        var latin = new String(head, 0, Math.min(head.length, 64), StandardCharsets.ISO_8859_1);
        if (latin.startsWith("PAR1")) {
            return as(LogFormat.PARQUET);
        }
        if (WandbFileReader.is(head)) {
            return as(LogFormat.WANDB_FILE);
        }
        if (latin.contains("brain.Event:") || fileName.contains(".tfevents.")) {
            return as(LogFormat.TENSORBOARD);
        }
        if (latin.startsWith("PK\u0003\u0004")) {
            return none("is a zip archive: unpack it first");
        }
        if (latin.startsWith("(\u00b5/\u00fd") || latin.startsWith("\u00fd7zXZ") || latin.startsWith("BZh")) {
            return none("is compressed in another way than gzip: unpack it first");
        }
        if (latin.startsWith("SQLite format 3")) {
            return none("is an SQLite database: export the table with the metrics as CSV");
        }
        if (head.length > 2 && (head[0] & 0xff) == 0x80 && head[1] >= 2 && head[1] <= 5) {
            return none("is a Python pickle, which could run code: dump it as JSON");
        }
        var strange = 0;
        for (var b : head) {
            strange += (b >= 0 && b < 32 && b != '\t' && b != '\n' && b != '\r' && b != '\b' && b != 27 && b != '\f')
                    ? 1
                    : 0;
        }
        return strange > head.length / 20 ? none("is binary, of no format that is known") : null;
    }

    private static int firstText(byte[] head) {
        var at = 0;
        while (at < head.length && (head[at] == ' ' || head[at] == '\n' || head[at] == '\r' || head[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean startsRecords(byte[] head, int from) {
        var at = from;
        while (at < head.length && (head[at] == ' ' || head[at] == '\n' || head[at] == '\r' || head[at] == '\t')) {
            at++;
        }
        return at + 1 < head.length && head[at] == '{' && head[at + 1] != '\'';
    }

    private static String text(byte[] head) {
        return new String(head, StandardCharsets.UTF_8);
    }

    private static boolean isTrace(String text) {
        return text.contains("\"ph\"") && text.contains("\"ts\"") && text.contains("\"pid\"");
    }

    private static Detection json(byte[] head, int start) {
        var end = start;
        while (end < head.length && head[end] != '\n') {
            end++;
        }
        var whole = isWholeObject(head, start, end);
        var text = new String(head, start, head.length - start, StandardCharsets.UTF_8);
        var first = whole ? new String(head, start, end - start, StandardCharsets.UTF_8) : text;
        if (first.contains("\"Event\":\"SparkListener")) {
            return as(LogFormat.SPARK_EVENTS);
        }
        if (first.contains("\"traceEvents\"") || (!whole && isTrace(first))) {
            return as(LogFormat.TRACE);
        }
        if (first.contains("\"log_history\"")) {
            return as(LogFormat.TRAINER_STATE);
        }
        if (first.contains("\"pg_config\"") || first.contains("\"pg_status\"") || first.contains("\"record_id\"")) {
            return as(LogFormat.FLIGHT_RECORDER);
        }
        if (whole && (hasNumbers(head, start, end) || continues(head, end))) {
            return as(first.contains("\"_step\"") ? LogFormat.WANDB_JSON_LINES : LogFormat.JSON_LINES);
        }
        var series = NUMBERS.matcher(first);
        while (series.find()) {
            if (KnownNames.isKnown(series.group(1))) {
                return as(LogFormat.KERAS_HISTORY);
            }
        }
        return whole || first.contains("\n") || head.length >= 1 << 16
                ? none("is a JSON document without a series that is known")
                : none(UNFINISHED);
    }

    private static boolean isWholeObject(byte[] head, int from, int to) {
        try (var parser = JsonRows.JSON.createParser(ObjectReadContext.empty(), head, from, to - from)) {
            parser.nextToken();
            parser.skipChildren();
            return parser.currentToken() == JsonToken.END_OBJECT;
        } catch (JacksonException e) {
            return false;
        }
    }

    /// Whether another object follows on the next line.
    private static boolean continues(byte[] head, int end) {
        var at = end;
        while (at < head.length && (head[at] == '\n' || head[at] == '\r')) {
            at++;
        }
        return at < head.length && head[at] == '{';
    }

    private static boolean hasNumbers(byte[] head, int from, int to) {
        try (var parser = JsonRows.JSON.createParser(ObjectReadContext.empty(), head, from, to - from)) {
            parser.nextToken();
            var row = new JsonRows().object(parser);
            return row.numbers.keySet().stream().anyMatch(KnownNames::isKnown);
        } catch (JacksonException | IOException e) {
            return false;
        }
    }

    private static Detection table(TableHead table, String fileName) {
        var plain = fileName.toLowerCase(Locale.ROOT).replaceAll("\\.gz$", "");
        var format = table.isWandbChart() || table.names().contains("_step")
                ? LogFormat.WANDB_CSV
                : table.isLightning(plain)
                        ? LogFormat.LIGHTNING_CSV
                        : table.isKeras() ? LogFormat.KERAS_CSV : LogFormat.DELIMITED;
        return new Detection(format, table, "");
    }
}
