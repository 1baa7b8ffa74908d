package io.evenkeel.config;

import io.evenkeel.InputException;
import java.util.List;
import java.util.SequencedMap;

/// A configuration as it was written, before any type is known: every value with its place.
sealed interface Tree {
    /// Where it was written, such as `run.yaml:5` or `--set optimizer.lr=1`.
    String place();

    /// The value as an error message shows it.
    String shown();

    /// How a scalar was written, which decides what it may be taken for.
    enum Style {
        /// Quoted: text and nothing else.
        QUOTED,
        /// Plain, and not a number, a truth value or null.
        WORD,
        /// Plain number or truth value: not text.
        VALUE,
        /// Plain `null`, `~` or nothing at all.
        NULL,
        /// The right side of an assignment: whatever the record wants.
        ASSIGNED
    }

    /// A single word, number or text.
    record Scalar(String text, Style style, String place) implements Tree {
        boolean isNull() {
            var means = text.isEmpty() || text.equals("null") || text.equals("~");
            return style == Style.NULL || (style == Style.ASSIGNED && means);
        }

        @Override
        public String shown() {
            return text.isEmpty() ? "empty" : style == Style.QUOTED ? '"' + text + '"' : text;
        }
    }

    /// A list.
    record Sequence(List<Tree> items, String place) implements Tree {
        @Override
        public String shown() {
            return "a list";
        }
    }

    /// Values by key.
    ///
    /// @param kind how it came to be
    record Mapping(SequencedMap<String, Entry> entries, Kind kind, String place) implements Tree {
        @Override
        public String shown() {
            return "a mapping";
        }
    }

    /// A value under a key, with the place of the key.
    record Entry(Tree value, String place) {}

    /// The kinds of [Mapping].
    enum Kind {
        /// Written as a mapping; as the value of a map it replaces the default.
        WRITTEN,
        /// Made by an assignment to a path through it; changes entries of a default list or map.
        PATCH,
        /// A plain scalar where a choice was wanted: its `type`.
        SHORTHAND
    }

    /// The error of a value that is not what its key takes: `PATH must be BOUND but was VALUE (PLACE)`.
    static InputException mustBe(String path, String bound, Tree tree) {
        return new InputException(path + " must be " + bound + " but was " + tree.shown() + at(tree.place()));
    }

    static String at(String place) {
        return " (" + place + ")";
    }

    /// The path of a key below `path`, which is empty at the top.
    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
