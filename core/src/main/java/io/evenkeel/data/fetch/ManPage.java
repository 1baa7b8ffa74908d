package io.evenkeel.data.fetch;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The words of a manual page in troff: macros that set type keep their words, headings become lines of their own,
/// other requests and comments go.
final class ManPage {
    private static final Set<String> TYPE = Set.of("B", "I", "BR", "IR", "RB", "RI", "BI", "IB", "SM", "SB");
    private static final Set<String> HEADING = Set.of("SH", "SS");
    private static final Set<String> BREAK = Set.of("PP", "P", "LP", "TP", "IP", "HP", "TQ", "sp", "br");
    private static final Map<String, String> CHARACTERS = Map.ofEntries(
            Map.entry("aq", "'"),
            Map.entry("dq", "\""),
            Map.entry("lq", "\u201C"),
            Map.entry("rq", "\u201D"),
            Map.entry("oq", "\u2018"),
            Map.entry("cq", "\u2019"),
            Map.entry("bu", "\u2022"),
            Map.entry("em", "\u2014"),
            Map.entry("en", "\u2013"),
            Map.entry("ha", "^"),
            Map.entry("ti", "~"),
            Map.entry("rs", "\\"),
            Map.entry("mu", "\u00D7"),
            Map.entry("co", "\u00A9"),
            Map.entry("->", "\u2192"),
            Map.entry("<=", "\u2264"),
            Map.entry(">=", "\u2265"),
            Map.entry("+-", "\u00B1"));
    private static final Pattern ESCAPE =
            Pattern.compile("\\\\(?:\\[(?<long>[^]\\s]*)]|\\((?<two>..)|\\*(?:\\[[^]]*]|\\(..|.)|f(?:\\[[^]]*]|\\(..|.)"
                    + "|s[-+]?\\d+|[hvwNo]'[^']*'|\"(?<comment>.*)|(?<one>.)|$)");

    private ManPage() {}

    /// The text of a page, empty when it only points to another.
    static String text(String troff) {
        var text = new StringBuilder();
        var words = false;
        for (var line : troff.split("\n", -1)) {
            if (line.startsWith(".") || line.startsWith("'")) {
                request(line.substring(1).strip(), text);
            } else {
                var plain = plain(line).stripTrailing();
                words |= !plain.isBlank();
                text.append(plain).append('\n');
            }
        }
        return words ? text.toString().replaceAll("\n{3,}", "\n\n").strip() + "\n" : "";
    }

    private static void request(String request, StringBuilder text) {
        var parts = request.split("\\s+", 2);
        var words = parts.length < 2 ? "" : plain(parts[1]);
        if (HEADING.contains(parts[0])) {
            text.append("\n\n").append(words.replace("\"", "")).append("\n\n");
        } else if (TYPE.contains(parts[0])) {
            // Alternating macros join their arguments; quotes hold one together.
            var join = parts[0].length() == 2 && !parts[0].startsWith("S") ? "" : " ";
            text.append(arguments(words, join)).append('\n');
        } else if (BREAK.contains(parts[0])) {
            text.append('\n');
        }
    }

    private static String arguments(String words, String join) {
        var joined = new StringBuilder();
        var argument = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(words);
        while (argument.find()) {
            joined.append(joined.isEmpty() ? "" : join)
                    .append(argument.group(1) == null ? argument.group(2) : argument.group(1));
        }
        return joined.toString();
    }

    private static String plain(String line) {
        return ESCAPE.matcher(line).replaceAll(match -> Matcher.quoteReplacement(replacement(match)));
    }

    private static String replacement(java.util.regex.MatchResult match) {
        var name = match.group("long") == null ? match.group("two") : match.group("long");
        if (name != null) {
            return CHARACTERS.getOrDefault(name, "");
        }
        var one = match.group("one");
        return switch (one == null ? "" : one) {
            case "-" -> "-";
            case "e", "\\" -> "\\";
            case " ", "~", "0" -> " ";
            case "." -> ".";
            case "'", "`" -> one == null ? "" : one;
            default -> "";
        };
    }
}
