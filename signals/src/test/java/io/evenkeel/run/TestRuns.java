package io.evenkeel.run;

import io.evenkeel.metric.Readings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// Runs for tests.
public final class TestRuns {
    static final String CONFIG = "optimizer:\n  type: adamw\n  lr: 3.0e-4\n  betas: [0.9, 0.95]\ntrain: {seed: 7}\n";

    private static final Manifest.Environment ENVIRONMENT = Machine.environment("2.10.0", "openblas", 2, "AVX2");

    private TestRuns() {}

    static Manifest manifest(String name) {
        return new Manifest(
                Manifest.SCHEMA,
                RunIds.next(Instant.now()),
                name,
                List.of("peri", "tiny"),
                null,
                List.of("evenkeel", "train", "--set", "a.b=\"ü\""),
                Instant.now(),
                new Manifest.Git("0123456789abcdef0123456789abcdef01234567", true),
                Manifest.sha256(CONFIG),
                7,
                new Manifest.Data("bundled", null, 1_000_000L, null, "public domain"),
                new Manifest.Model(124_000_000, Manifest.sha256("shapes")),
                ENVIRONMENT);
    }

    public static RunDirectory create(Path path) {
        return RunDirectory.create(path, manifest("test"), CONFIG, "train: {seed: 7}\n");
    }

    public static Readings readings(long step, double loss) {
        return new Readings(step, step * 0.01).put("loss", loss).put("lr", 1e-3).put("probe/layer.0", -loss);
    }
}
