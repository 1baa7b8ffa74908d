package io.evenkeel.log;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/// Reads times: numbers since 1970 in any usual unit, and ISO 8601 texts; a text without a zone is taken as UTC.
final class Clock {
    private static final double EARLIEST = 5e8;
    private static final double LATEST = 5e9;

    private Clock() {}

    /// Seconds since 1970-01-01T00:00Z, the unit told by the size; NaN for what is no such time, as a duration.
    static double seconds(double value) {
        for (var unit = 1.0; unit <= 1e9; unit *= 1e3) {
            if (value / unit >= EARLIEST && value / unit < LATEST) {
                return value / unit;
            }
        }
        return Double.NaN;
    }

    /// Seconds of a text such as `2026-01-31 12:00:00,123` or `2026-01-31T12:00:00+01:00`; NaN for others.
    static double seconds(String text) {
        var iso = text.strip();
        if (iso.length() < 19 || iso.length() > 40 || iso.charAt(4) != '-' || iso.charAt(7) != '-') {
            return Double.NaN;
        }
        iso = iso.replace(' ', 'T').replace(',', '.');
        try {
            var zoned = iso.endsWith("Z") || iso.indexOf('+', 19) > 0 || iso.indexOf('-', 19) > 0;
            var instant = zoned
                    ? OffsetDateTime.parse(iso).toInstant()
                    : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
            return instant.getEpochSecond() + instant.getNano() / 1e9;
        } catch (DateTimeException e) {
            return Double.NaN;
        }
    }

    /// Seconds of the time that a line begins with, after a bracket perhaps; NaN when it begins with none.
    static double lineStart(String line) {
        var from = !line.isEmpty() && line.charAt(0) == '[' ? 1 : 0;
        if (line.length() < from + 19 || line.charAt(from + 4) != '-' || line.charAt(from + 13) != ':') {
            return Double.NaN;
        }
        var to = from + 19;
        while (to < line.length()
                && to < from + 30
                && (Character.isDigit(line.charAt(to)) || line.charAt(to) == '.' || line.charAt(to) == ',')) {
            to++;
        }
        while (line.charAt(to - 1) == '.' || line.charAt(to - 1) == ',') {
            to--;
        }
        return seconds(line.substring(from, to));
    }
}
