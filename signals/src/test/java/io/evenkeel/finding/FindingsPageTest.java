package io.evenkeel.finding;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.detect.Detectors;
import io.evenkeel.detect.EventKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FindingsPageTest {
    /// Every example shows what it stands for.
    @ParameterizedTest
    @EnumSource
    void theDetectorSpeaksAtItsExample(EventKind kind) {
        var detectors = Detectors.defaults();
        var told = Examples.of(kind).points().stream()
                .flatMap(readings -> detectors.observe(readings).stream())
                .filter(event -> event.kind() == kind && !event.tellsRecovery())
                .toList();
        assertThat(told).as(kind.label()).isNotEmpty();
    }

    /// Run with `-Devenkeel.write=true` to write them anew.
    @Test
    void thePagesAreUpToDate() throws IOException {
        var reference = Path.of("../docs/reference");
        Assumptions.assumeTrue(Files.isDirectory(Path.of("../docs")), "not in a checkout");
        for (var file : FindingsPage.files().entrySet()) {
            var path = reference.resolve(file.getKey());
            if (Boolean.getBoolean("evenkeel.write")) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
            assertThat(path).content().as(file.getKey()).isEqualTo(file.getValue());
        }
    }
}
