package io.evenkeel.data;

import io.evenkeel.InputException;
import io.evenkeel.data.fetch.DataSet.Kind;
import io.evenkeel.data.fetch.DataSets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Which data to train on: text, labelled images or a table.
///
/// Without a type it is text ([#defaults]); but a source that names a set of images or a table is taken for what it is,
/// so `source: fashion-mnist` needs no type.
public sealed interface DataConfig permits TextData.Config, ImageData.Config, TableData.Config {
    /// The share held out for validation where nothing is said.
    double DEFAULT_SPLIT = 0.05;

    /// Text, bundled: what is used when nothing is said.
    static DataConfig defaults() {
        return TextData.Config.defaults();
    }

    /// `bundled`, the name of a set, or a path.
    String source();

    /// The share to hold out for validation, null for the set's own or [#DEFAULT_SPLIT].
    @Nullable
    Double split();

    /// Fixes which part is held out.
    long seed();

    /// Opens the data.
    ///
    /// @param cache where fetched sets and token files are, such as [io.evenkeel.data.fetch.Cache#directory]
    /// @throws InputException when the source is missing or wrong, in one line
    static Data open(DataConfig config, Path cache) {
        return switch (config.resolved()) {
            case TextData.Config text -> TextData.open(text, cache);
            case ImageData.Config images -> ImageData.open(images, cache);
            case TableData.Config table -> TableData.open(table, cache);
        };
    }

    /// This configuration, or where the type was not given, that of the kind which the named set has.
    ///
    /// @throws InputException when it asks for what the set's kind does not have
    default DataConfig resolved() {
        if (!DataSets.exists(source())) {
            return this;
        }
        var kind = DataSets.find(source()).kind();
        return switch (this) {
            case TextData.Config text -> text.as(kind);
            case ImageData.Config images -> of(images, Kind.IMAGES, kind);
            case TableData.Config table -> of(table, Kind.TABLE, kind);
        };
    }

    private static DataConfig of(DataConfig config, Kind wanted, Kind kind) {
        if (kind != wanted) {
            throw new InputException(
                    "source must be a set of " + wanted.unit() + " but " + config.source() + " has " + kind.unit());
        }
        return config;
    }

    /// The bound that every split keeps to.
    static void checkSplit(@Nullable Double split) {
        if (split != null && !(split > 0 && split < 1)) {
            throw new IllegalArgumentException("split must be in (0, 1) but was " + split);
        }
    }
}
