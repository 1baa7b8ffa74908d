package io.evenkeel.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The lines of a tool's text log. An instance reads one log from its beginning and may keep what earlier lines said.
///
/// Patterns never backtrack (every repetition is possessive), so a line costs time in proportion to its length,
/// whatever
/// stands in it.
abstract class LineFormat {
    /// A number as programs print it.
    static final String N = "([-+]?+(?:nan|inf(?:inity)?+|(?:\\d[\\d,]*+\\.?+\\d*+|\\.\\d++)(?:e[-+]?+\\d++)?+))";

    private final LogFormat format;
    private final Map<String, String> names;

    /// @param names series by the names that the lines use; empty where any name may occur
    LineFormat(LogFormat format, Map<String, String> names) {
        this.format = format;
        this.names = names;
    }

    /// All formats, the more particular first: each line is of the first one that takes it.
    static List<LineFormat> all() {
        var all = new ArrayList<LineFormat>();
        all.add(new MegatronLines(LogFormat.GPT_NEOX));
        all.add(new MegatronLines(LogFormat.MEGATRON));
        all.addAll(PretrainingLines.all());
        all.addAll(BoosterLines.all());
        all.add(new BarLines.HuggingFace());
        all.add(new BarLines.Keras());
        all.add(new BarLines.Tqdm());
        all.add(new KeyValueLines(LogFormat.LINE_PROTOCOL));
        all.add(new KeyValueLines(LogFormat.KEY_VALUE));
        return all;
    }

    LogFormat format() {
        return format;
    }

    Map<String, String> names() {
        return names;
    }

    /// Reads a line.
    ///
    /// @return null when it is not of this format; a row without numbers when it is, but says nothing of a step
    abstract @Nullable Row read(String line);

    /// How the tool measures, as far as a judge should know; empty when as one would think.
    String note() {
        return "";
    }

    /// Whether lines of another tool may still show that the log is that one's.
    boolean isProvisional() {
        return false;
    }

    static Pattern pattern(String regex) {
        return Pattern.compile(regex.replace("{N}", N), Pattern.CASE_INSENSITIVE);
    }

    /// The number of a group of digits with thousands separators; NaN for none.
    static double number(@Nullable String text) {
        var numbers = new NumberParser();
        return text != null && numbers.parse(text.indexOf(',') < 0 ? text : text.replace(",", ""))
                ? numbers.value()
                : Double.NaN;
    }

    /// Adds what a group matched, if it did.
    static void put(Row row, String name, Matcher matcher, int group) {
        if (matcher.group(group) != null) {
            row.number(name, number(matcher.group(group)));
        }
    }

    static Row row(double step, String line) {
        var row = new Row();
        row.step = step;
        row.wall = Clock.lineStart(line);
        return row;
    }
}
