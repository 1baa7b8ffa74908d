package io.evenkeel.plot;

import java.util.ArrayDeque;
import java.util.Deque;

/// Writes elements, attributes and escaped text. Numbers have at most two decimals, so that the same picture is the
/// same text on every machine.
final class Svg {
    private final StringBuilder out = new StringBuilder(4096);
    private final Deque<String> open = new ArrayDeque<>();

    /// Starts an element.
    ///
    /// @param attributes names and values in turn; a number is written by [#number], an empty value left out
    Svg open(String tag, Object... attributes) {
        start(tag, attributes);
        out.append(">\n");
        open.push(tag);
        return this;
    }

    /// Ends the innermost open element.
    Svg close() {
        out.append("</").append(open.pop()).append(">\n");
        return this;
    }

    /// An element with text.
    Svg text(String tag, String content, Object... attributes) {
        start(tag, attributes);
        out.append('>').append(escape(content)).append("</").append(tag).append(">\n");
        return this;
    }

    /// A label; nothing when it is empty.
    ///
    /// @param anchor which part of it is at `x`: `start`, `middle` or `end`
    Svg label(String content, double x, double y, String anchor, String css) {
        if (content.isEmpty()) {
            return this;
        }
        if (anchor.equals("start")) {
            return text("text", content, "x", x, "y", y, "class", css);
        }
        return text("text", content, "x", x, "y", y, "text-anchor", anchor, "class", css);
    }

    /// A path.
    ///
    /// @param hint tooltip; empty for none
    Svg path(String css, String d, String hint) {
        return shape(hint, "path", "d", d, "class", css);
    }

    /// A rectangle.
    ///
    /// @param css  empty for none
    /// @param hint tooltip; empty for none
    Svg rect(String css, double x, double y, double width, double height, String hint) {
        return shape(hint, "rect", "x", x, "y", y, "width", width, "height", height, "class", css);
    }

    /// A rectangle of a colour that is in no style sheet.
    Svg filled(String fill, double x, double y, double width, double height) {
        return shape("", "rect", "x", x, "y", y, "width", width, "height", height, "fill", fill);
    }

    /// A circle.
    ///
    /// @param hint tooltip; empty for none
    Svg circle(String css, double x, double y, double r, String hint) {
        return shape(hint, "circle", "cx", x, "cy", y, "r", r, "class", css);
    }

    private Svg shape(String hint, String tag, Object... attributes) {
        start(tag, attributes);
        if (hint.isEmpty()) {
            out.append("/>\n");
        } else {
            out.append("><title>")
                    .append(escape(hint))
                    .append("</title></")
                    .append(tag)
                    .append(">\n");
        }
        return this;
    }

    /// A point of a path.
    static String point(double x, double y) {
        return number(Math.round(x * 10) / 10.0) + " " + number(Math.round(y * 10) / 10.0);
    }

    /// A horizontal line as a path.
    static String across(double from, double to, double y) {
        return "M" + number(from) + " " + number(y) + "H" + number(to);
    }

    /// A vertical line as a path.
    static String down(double x, double from, double to) {
        return "M" + number(x) + " " + number(from) + "V" + number(to);
    }

    /// What another writer has written.
    Svg add(Svg other) {
        out.append(other);
        return this;
    }

    /// The style sheet as an element.
    Svg style(String css) {
        out.append("<style>\n").append(css).append("</style>\n");
        return this;
    }

    private void start(String tag, Object... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            var value = attributes[i + 1] instanceof Number number
                    ? number(number.doubleValue())
                    : escape(attributes[i + 1].toString());
            if (value.isEmpty()) {
                continue;
            }
            out.append(' ').append(attributes[i]).append("=\"").append(value).append('"');
        }
    }

    /// A coordinate: at most two decimals, no exponent, no negative zero.
    static String number(double value) {
        var hundredths = Math.round(value * 100);
        var whole = Long.toString(Math.abs(hundredths) / 100);
        var rest = (int) (Math.abs(hundredths) % 100);
        var sign = hundredths < 0 ? "-" : "";
        if (rest == 0) {
            return sign + whole;
        }
        return sign + whole + "." + (rest % 10 == 0 ? Integer.toString(rest / 10) : (rest < 10 ? "0" : "") + rest);
    }

    /// Text as content or attribute. What XML 1.0 cannot hold becomes U+FFFD.
    static String escape(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(allowed(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    private static boolean allowed(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || (c >= 0x20 && !(c >= 0xD800 && c <= 0xDFFF) && c < 0xFFFE)
                || c > 0xFFFF;
    }

    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new AssertionError("not closed: " + open);
        }
        return out.toString();
    }
}
