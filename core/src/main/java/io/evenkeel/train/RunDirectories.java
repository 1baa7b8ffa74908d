package io.evenkeel.train;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.run.RunDirectory;
import java.util.List;

/// Reads what this package writes into run directories.
final class RunDirectories {
    private RunDirectories() {}

    static RunConfig config(RunDirectory directory) {
        return ConfigReader.read(
                directory.config(),
                directory.path().resolve("config.yaml").toString(),
                List.of(),
                RunConfig.defaults());
    }
}
