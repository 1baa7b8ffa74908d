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
    /// @param attributes names and values in turn; a number is written by [#number]
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

    /// An element without content.
    Svg element(String tag, Object... attributes) {
        start(tag, attributes);
        out.append("/>\n");
        return this;
    }

    /// An element with text.
    Svg text(String tag, String content, Object... attributes) {
        start(tag, attributes);
        out.append('>').append(escape(content)).append("</").append(tag).append(">\n");
        return this;
    }

    /// An element without content but a tooltip.
    Svg hinted(String tag, String hint, Object... attributes) {
        start(tag, attributes);
        out.append("><title>").append(escape(hint)).append("</title></").append(tag).append(">\n");
        return this;
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
        return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && !(c >= 0xD800 && c <= 0xDFFF) && c < 0xFFFE)
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
