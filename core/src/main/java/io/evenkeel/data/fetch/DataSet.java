package io.evenkeel.data.fetch;

import org.jspecify.annotations.Nullable;

/// What is known of a set before it is fetched.
///
/// @param about    what it holds, in a few words
/// @param licence  of the content, or of the package where the content has none of its own
/// @param origin   which packages it comes from
/// @param megabytes roughly what is downloaded
/// @param expected how much there must be after reading
/// @param target   of a table: the column to predict
public record DataSet(
        String name,
        Kind kind,
        String about,
        String licence,
        String origin,
        double megabytes,
        Count expected,
        @Nullable String target) {
    /// The file of a fetched text.
    public static final String TEXT_FILE = "text.jsonl.gz";

    /// The file of a fetched table.
    public static final String TABLE_FILE = "table.csv.gz";

    /// What the examples are, and the files that a fetched set consists of.
    public enum Kind {
        /// [#TEXT_FILE]: one document a line, fields `name`, `text` and perhaps `label`.
        TEXT("documents"),
        /// `train-images.idx.gz`, `train-labels.idx.gz`, the same with `test-` where there is a part for
        /// testing, and
        /// `classes.txt`.
        IMAGES("images"),
        /// [#TABLE_FILE]: values separated by commas, with a header.
        TABLE("rows");

        private final String unit;

        Kind(String unit) {
            this.unit = unit;
        }

        /// What its examples are called.
        public String unit() {
            return unit;
        }
    }

    /// How many examples a set has, counted when it was first read. Packages that are revised may vary within
    /// bounds.
    ///
    /// @param least at least so many
    /// @param most  at most so many
    public record Count(long least, long most) {
        static Count exactly(long count) {
            return new Count(count, count);
        }

        /// Within a fifth.
        static Count about(long count) {
            return new Count(count - count / 5, count + count / 5);
        }

        boolean holds(long count) {
            return least <= count && count <= most;
        }

        @Override
        public String toString() {
            return least == most ? Long.toString(least) : least + " to " + most;
        }
    }
}
