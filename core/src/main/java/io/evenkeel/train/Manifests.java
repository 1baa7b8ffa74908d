package io.evenkeel.train;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigWriter;
import io.evenkeel.data.Data;
import io.evenkeel.data.ImageData;
import io.evenkeel.data.TableData;
import io.evenkeel.data.TextData;
import io.evenkeel.run.Machine;
import io.evenkeel.run.Manifest;
import io.evenkeel.run.RunIds;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Shapes;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a run writes down of itself at its start, and compares when it goes on.
final class Manifests {
    private Manifests() {}

    static Manifest of(RunConfig config, TrainingState state, String name, List<String> command) {
        var engine = Engine.fingerprint();
        var shapes = new StringBuilder();
        state.parameters
                .all()
                .forEach(parameter -> shapes.append(parameter.name())
                        .append(Shapes.text(parameter.shape()))
                        .append('\n'));
        var now = Instant.now();
        return new Manifest(
                Manifest.SCHEMA,
                RunIds.next(now),
                name,
                List.of(),
                null,
                command,
                now,
                Machine.git(Path.of("").toAbsolutePath()).orElse(null),
                Manifest.sha256(ConfigWriter.yaml(config)),
                config.train().seed(),
                data(state.task.data()),
                new Manifest.Model(state.parameters.count(), Manifest.sha256(shapes.toString())),
                Machine.environment(engine.libtorch(), engine.blas(), engine.threads(), engine.cpuCapability()));
    }

    private static Manifest.Data data(Data data) {
        return switch (data) {
            case TextData text -> new Manifest.Data(text.id(), text.sha256(), text.trainTokens(), null, text.licence());
            case ImageData images ->
                new Manifest.Data(images.id(), images.sha256(), null, images.trainImages(), images.licence());
            case TableData table ->
                new Manifest.Data(table.id(), table.sha256(), null, table.trainRows(), table.licence());
            default -> new Manifest.Data(data.id(), data.sha256(), null, null, data.licence());
        };
    }

    /// Compares what results depend on.
    ///
    /// @throws InputException when something differs and that is not allowed
    static void compareEngine(Manifest manifest, boolean allowDifferent) {
        var then = manifest.environment();
        var now = Engine.fingerprint();
        var differences = new ArrayList<String>();
        compare(differences, "libtorch", then.libtorch(), now.libtorch());
        compare(differences, "blas", then.blas(), now.blas());
        compare(differences, "threads", then.threads(), now.threads());
        compare(differences, "cpu capability", then.cpuCapability(), now.cpuCapability());
        if (!differences.isEmpty() && !allowDifferent) {
            throw new InputException(
                    "engine must be the one the run began with, so that results stay equal to the bit, but "
                            + String.join(", ", differences) + " (--allow-different-engine goes on all the same)");
        }
    }

    private static void compare(List<String> differences, String what, @Nullable Object then, Object now) {
        if (!Objects.equals(then, now)) {
            differences.add(what + " was " + then + " and is " + now);
        }
    }
}
