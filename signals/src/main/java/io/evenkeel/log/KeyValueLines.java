package io.evenkeel.log;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Any program's lines of names and numbers.
///
/// The line protocol is strict: blanks part the pairs `name=number`, nothing else stands in the line, and one of them
/// is
/// a step; for a program that wants to be followed. The general form finds `name=number` and `name: number` in any
/// text,
/// in lines that name a loss or both a step and a value that is known.
final class KeyValueLines extends LineFormat {
    private static final Pattern STEP = pattern(
            "\\b(?:global step|step|iter(?:ation)?+|update)\\s*+[:=#]?+\\s*+\\[?+(\\d[\\d,]*+)(?=[\\s,;:/\\])|]|$)");
    /// A number, a short unit close to it perhaps, and not a part of a word, date, time or ratio.
    private static final Pattern VALUE = pattern("{N}(?:(?<=[\\d.])[a-zA-Z%/]{1,6}+)?+(?=[\\s,;|)\\]}\"'.]|$)");
    private static final int MOST_WORDS = 4;

    KeyValueLines(LogFormat format) {
        super(format, Map.of());
    }

    @Override
    boolean isProvisional() {
        return format() == LogFormat.KEY_VALUE;
    }

    @Override
    @Nullable
    Row read(String line) {
        return format() == LogFormat.LINE_PROTOCOL ? strict(line) : general(line);
    }

    private static @Nullable Row strict(String line) {
        var numbers = new NumberParser();
        var row = new Row();
        var hasStep = false;
        for (var part : line.strip().split("[\\s,]+")) {
            var at = part.indexOf('=');
            if (at < 1 || !isName(part, at) || !numbers.parse(part.substring(at + 1))) {
                return null;
            }
            var name = part.substring(0, at);
            var rank = KnownNames.stepRank(name);
            hasStep |= rank >= 0 && !KnownNames.plain(name).equals("epoch");
            row.number(name, numbers.value());
        }
        return hasStep && row.numbers.size() > 1 ? row : null;
    }

    private static boolean isName(String part, int length) {
        for (var i = 0; i < length; i++) {
            var c = part.charAt(i);
            if (!Character.isLetterOrDigit(c) && c != '_' && c != '/' && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Row general(String line) {
        var row = new Row();
        for (var i = 1; i < line.length() - 1; i++) {
            var c = line.charAt(i);
            if (c == '=' || c == ':') {
                pair(line, i, row);
            }
        }
        var hasLoss = false;
        var hasValue = false;
        var hasStep = false;
        for (var name : row.numbers.keySet()) {
            hasLoss |= KnownNames.looksLikeLoss(name);
            hasValue |= KnownNames.series(name) != null;
            hasStep |= KnownNames.stepRank(name) >= 0;
        }
        if (!hasStep && (hasLoss || hasValue)) {
            var step = STEP.matcher(line);
            if (step.find()) {
                row.number("step", number(step.group(1)));
                hasStep = true;
            }
        }
        row.wall = Clock.lineStart(line);
        return hasLoss || (hasStep && hasValue) ? row : null;
    }

    /// Adds the pair whose `:` or `=` stands at an index, if there is one.
    private static void pair(String line, int at, Row row) {
        var number = numberAfter(line, at + 1);
        if (number == null) {
            return;
        }
        var end = at;
        while (end > 0
                && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '"' || line.charAt(end - 1) == '\'')) {
            end--;
        }
        var name = nameBefore(line, end);
        if (!name.isEmpty()) {
            row.numbers.putIfAbsent(name, LineFormat.number(number));
        }
    }

    private static @Nullable String numberAfter(String line, int from) {
        var start = from;
        while (start < line.length() && " \t\"'[".indexOf(line.charAt(start)) >= 0) {
            start++;
        }
        var value = VALUE.matcher(line).region(start, line.length());
        return value.lookingAt() ? value.group(1) : null;
    }

    /// The words before an index: the longest ending of them that is known, or else the last word.
    private static String nameBefore(String line, int end) {
        var start = end;
        var words = 0;
        var last = -1;
        var best = -1;
        while (start > 0) {
            var word = start;
            while (word > 0 && isWordPart(line.charAt(word - 1))) {
                word--;
            }
            if (word == start) {
                break;
            }
            words++;
            last = last < 0 ? word : last;
            if (KnownNames.isKnown(line.substring(word, end)) && Character.isLetter(line.charAt(word))) {
                best = word;
            }
            if (words == MOST_WORDS || word == 0 || line.charAt(word - 1) != ' ') {
                break;
            }
            start = word - 1;
        }
        var from = best >= 0 ? best : last;
        return from < 0 || !Character.isLetter(line.charAt(from)) ? "" : line.substring(from, end);
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '/' || c == '.' || c == '-' || c == '@';
    }
}
