package io.evenkeel.data.token;

import java.util.function.Consumer;

/// Texts to learn a vocabulary from, read one after the other, as often as need be.
public interface Texts {
    void forEach(Consumer<String> text);
}
