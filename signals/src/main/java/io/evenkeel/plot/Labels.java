package io.evenkeel.plot;

import java.util.ArrayList;
import java.util.List;

/// How much room text takes, estimated: there is no font to ask.
final class Labels {
    private Labels() {}

    /// Estimated width of a text in a sans-serif face.
    static double width(String text, double fontSize) {
        return fontSize
                * text.codePoints()
                        .mapToDouble(c -> {
                            if ("iljtfrI.,:;|!'()[] ".indexOf(c) >= 0) {
                                return 0.34;
                            }
                            if ("mwMW@%".indexOf(c) >= 0 || c > 0x2E80) {
                                return 0.95;
                            }
                            return Character.isUpperCase(c) ? 0.68 : 0.6;
                        })
                        .sum();
    }

    /// The text broken between words into lines that are no wider than `width` where words allow it.
    static List<String> wrap(String text, double width, double fontSize) {
        var lines = new ArrayList<String>();
        var line = "";
        for (var word : text.strip().split("\\s+", -1)) {
            var longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && width(longer, fontSize) > width) {
                lines.add(line);
                line = word;
            } else {
                line = longer;
            }
        }
        if (!line.isEmpty()) {
            lines.add(line);
        }
        return lines;
    }
}
