package io.evenkeel.log;

import java.util.regex.Pattern;

/// The rank that a file's name tells.
final class Ranks {
    private static final Pattern NAMED = Pattern.compile("rank[_.-]?(\\d{1,6})(?!\\d)", Pattern.CASE_INSENSITIVE);
    private static final Pattern LAST = Pattern.compile("(?<!\\d)(\\d{1,6})(?=\\D*$)");

    private Ranks() {}

    /// @return -1 when the name has no `rank` with a number
    static int named(String fileName) {
        var matcher = NAMED.matcher(fileName);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    /// @return as [#named], else the last number of the name; -1 for none
    static int last(String fileName) {
        var named = named(fileName);
        var matcher = LAST.matcher(fileName);
        return named >= 0 || !matcher.find() ? named : Integer.parseInt(matcher.group(1));
    }
}
