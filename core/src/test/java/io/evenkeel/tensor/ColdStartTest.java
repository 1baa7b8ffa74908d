package io.evenkeel.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.evenkeel.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The first start on a machine, when no library is unpacked yet. Where another libtorch is installed (Debian's
/// python3-torch) it crashed the JVM before [Engine] unpacked every library ahead of loading the first.
@Tag("cold-start")
class ColdStartTest {
    private static final long MINUTES = 3;

    /// What the fresh JVM runs: a matrix product, so that the BLAS is called too.
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            try (var _ = Scope.open()) {
                var ones = Tensors.ones(8, 8);
                System.out.println(Engine.fingerprint().blas() + " "
                        + ones.matmul(ones).sum().item());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkl", "openblas"})
    void aFreshJvmUnpacksAndComputes(String blas) throws IOException, InterruptedException {
        if (blas.equals("mkl")) {
            assumeThat(Engine.class.getResource("/org/bytedeco/mkl/linux-x86_64/libmkl_rt.so.2"))
                    .as("MKL is for x86-64 Linux only and may be left out")
                    .isNotNull();
        }
        var directory = Files.createTempDirectory("evenkeel-cold-start");
        try {
            start(blas, directory);
        } finally {
            delete(directory);
        }
    }

    private static void start(String blas, Path directory) throws IOException, InterruptedException {
        var output = directory.resolve("output").toFile();
        var flags = List.of(
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.cachedir=" + directory.resolve("cache"),
                "-Devenkeel.blas=" + blas);
        var process = ChildJvm.of(Program.class, flags)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("ends within %d minutes", MINUTES)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(output).content().isEqualToIgnoringNewLines(blas + " 512.0");
        assertThat(process.exitValue()).isZero();
    }

    /// Not a `@TempDir`: the bindings leave links to other directories, each of which JUnit warns about.
    private static void delete(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            for (var path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
