package io.evenkeel.study;

import java.util.List;

/// A figure or a table of a study's page.
public sealed interface Exhibit {
    /// What it shows, one sentence that stands by itself.
    String caption();

    /// A picture.
    ///
    /// @param name of its file, without extension
    record Figure(String name, String caption, io.evenkeel.plot.Figure figure) implements Exhibit {}

    /// Rows of texts.
    record Table(String caption, List<String> header, List<List<String>> rows) implements Exhibit {
        public Table {
            header = List.copyOf(header);
            rows = List.copyOf(rows);
        }
    }
}
