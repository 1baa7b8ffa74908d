package io.evenkeel.study;

import java.util.Locale;

/// A paper of the catalogue.
///
/// @param id      its number, such as `P34`
/// @param slug    short name for files, such as `peri-ln`
/// @param title   of the paper
/// @param family  of methods
/// @param summary what it proposes, in one sentence
public record Paper(String id, String slug, String title, String family, String summary) {
    /// `p34-peri-ln`: names its page and its figures.
    public String fileName() {
        return directory() + "-" + slug;
    }

    /// `p34`: names its results and its package.
    public String directory() {
        return id.toLowerCase(Locale.ROOT);
    }
}
