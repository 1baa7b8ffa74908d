package io.evenkeel.data.format;

import org.jspecify.annotations.Nullable;

/// A text that belongs together: a chapter, an article, a file. Training and validation never share one.
///
/// @param name  what it is called within its source
/// @param label its class, where the source has classes
public record Document(String name, String text, @Nullable String label) {}
