package io.evenkeel.study;

import io.evenkeel.config.ConfigWriter;
import io.evenkeel.data.fetch.Cache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What trials work with: the cache of prepared data, and things made once for several trials, such as a base model
/// that all arms continue from.
///
/// @param cache where data sets and shared things are kept
public record Workshop(Path cache) {
    /// A directory that is made once for its name and configuration, whoever of the running processes comes first, and
    /// found by all others and later on.
    ///
    /// @param name   what it is, with the study and its version, such as `p06-base-1`
    /// @param config all that its content depends on
    /// @param filler makes the content
    public Path shared(String name, Record config, Cache.Filler filler) {
        var target = cache.resolve("studies/shared").resolve(name + "-" + Factor.sha256(ConfigWriter.sha256(config)));
        try {
            Files.createDirectories(target.getParent());
            var lock = target.resolveSibling("." + target.getFileName() + ".lock");
            try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                if (!Files.isDirectory(target)) {
                    Cache.publish(target, filler);
                }
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot share " + target + ": " + e.getMessage(), e);
        }
    }
}
