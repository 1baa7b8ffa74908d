package io.evenkeel.data.fetch;

import java.io.IOException;
import java.nio.file.Path;

/// How a set is made: fetch packages, read them, write the files of the set's kind.
interface Recipe {
    /// Makes the set.
    ///
    /// @param packages fetches what it is made from
    /// @param into an empty directory for the files
    void make(Packages packages, Path into) throws IOException;
}
