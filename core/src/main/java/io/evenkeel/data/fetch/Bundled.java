package io.evenkeel.data.fetch;

import io.evenkeel.data.format.Document;
import io.evenkeel.data.format.Gzip;
import io.evenkeel.data.format.JsonLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/// The text that comes with the program: the six novels of Jane Austen, a document a chapter. What stands before the
/// first chapter of a novel belongs to it.
public final class Bundled {
    /// The name of the set.
    public static final String NAME = "austen";

    private static final List<String> NOVELS = List.of(
            "sense-and-sensibility", "pride-and-prejudice", "mansfield-park", "emma", "northanger-abbey", "persuasion");
    private static final Pattern HEADING = Pattern.compile("(?m)^(?:CHAPTER|Chapter) (?:[IVXL]+|\\d+)\\s*$");

    private Bundled() {}

    /// Hands on the chapters in order of publication.
    public static void forEach(JsonLines.Sink chapters) throws IOException {
        for (var novel : NOVELS) {
            var text = text(novel);
            var headings =
                    HEADING.matcher(text).results().mapToInt(r -> r.start()).toArray();
            for (var i = 0; i < headings.length; i++) {
                var begin = i == 0 ? 0 : headings[i];
                var end = i + 1 < headings.length ? headings[i + 1] : text.length();
                chapters.accept(new Document(novel + " " + (i + 1), text.substring(begin, end), novel));
            }
        }
    }

    private static String text(String novel) throws IOException {
        var resource = Bundled.class.getResourceAsStream("austen/" + novel + ".txt.gz");
        if (resource == null) {
            throw new IOException("the program was packed without " + novel);
        }
        try (var in = Gzip.unpack(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
