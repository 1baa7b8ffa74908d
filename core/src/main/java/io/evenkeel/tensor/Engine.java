package io.evenkeel.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/// Loads libtorch once, in the order that is safe, and holds its process-wide switches.
///
/// Loading happens at the first tensor or scope. What must be set before (environment variables that the BLAS and
/// OpenMP
/// read when they are loaded, properties of the bindings) is set here, so callers need no flags. The system property
/// `evenkeel.blas` chooses `mkl` (default where its natives are on the class path) or `openblas`.
public final class Engine {
    private static final String BLAS_PROPERTY = "evenkeel.blas";

    private Engine() {}

    /// What the numbers of a run depend on besides the program: recorded in manifests and compared on resume.
    ///
    /// @param libtorch      version of libtorch and of its bindings
    /// @param blas          `mkl` or `openblas`
    /// @param threads       threads of one operation
    /// @param cpuCapability instruction set that libtorch's kernels use, such as `AVX512`
    public record Fingerprint(String libtorch, String blas, int threads, String cpuCapability) {}

    /// Loading is the initialisation of this class, so it happens once and is visible to every thread.
    private static final class Loaded {
        static final String BLAS = load();

        private Loaded() {}

        private static String load() {
            // The bindings' own memory limit (4 x the Java heap) would stop training; scopes free memory
            // instead.
            System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
            var platform = Loader.getPlatform();
            var mkl = Engine.class.getResource("/org/bytedeco/mkl/" + platform + "/libmkl_rt.so.2") != null;
            var blas = System.getProperty(BLAS_PROPERTY, mkl ? "mkl" : "openblas");
            if (blas.equals("mkl")) {
                System.setProperty("org.bytedeco.openblas.load", "mkl_rt");
                if (platform.startsWith("linux")) {
                    setEnvironment("MKL_THREADING_LAYER", "GNU");
                }
            } else if (!blas.equals("openblas")) {
                throw new IllegalArgumentException(BLAS_PROPERTY + " must be mkl or openblas but was " + blas);
            } else if (platform.startsWith("linux")) {
                // OpenBLAS has a thread pool of its own; waiting OpenMP threads must leave it the
                // cores.
                setEnvironment("OMP_WAIT_POLICY", "PASSIVE");
            }
            if (platform.startsWith("linux")) {
                unpack(platform);
            }
            Loader.load(torch.class);
            return blas;
        }

        /// Unpacks every library before the first is loaded. Otherwise, on a first start, the loader of the
        /// system
        /// resolves a library that is not unpacked yet to another libtorch installed there, and the JVM
        /// crashes.
        private static void unpack(String platform) {
            for (var library :
                    List.of("libgomp.so.1", "libc10.so", "libtorch_cpu.so", "libtorch.so", "libjnitorch.so")) {
                try {
                    Loader.cacheResource(
                            org.bytedeco.pytorch.presets.torch.class,
                            "/org/bytedeco/pytorch/" + platform + "/" + library);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot unpack " + library + " of libtorch", e);
                }
            }
        }

        private static void setEnvironment(String name, String value) {
            try (var arena = Arena.ofConfined()) {
                var linker = Linker.nativeLinker();
                var setenv = linker.downcallHandle(
                        linker.defaultLookup().find("setenv").orElseThrow(),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
                // 0 = a value the user has set stays
                var result = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
                if (result != 0) {
                    throw new IllegalStateException("setenv " + name + " failed");
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("setenv " + name + " failed", e);
            }
        }
    }

    /// Loads libtorch if it is not loaded yet; about 0.7 s when its libraries are unpacked already.
    public static void start() {
        var _ = Loaded.BLAS;
    }

    /// What results depend on: version, BLAS, threads, instruction set.
    public static Fingerprint fingerprint() {
        start();
        try (var capability = torch.get_cpu_capability()) {
            var version = torch.class.getPackage().getImplementationVersion();
            return new Fingerprint(
                    version == null ? "unknown" : version, Loaded.BLAS, threads(), capability.getString());
        }
    }

    /// Threads that one operation may use.
    public static int threads() {
        start();
        return torch.get_num_threads();
    }

    /// Sets how many threads one operation may use. Results depend on it in their last bits.
    ///
    /// @throws IllegalArgumentException when `threads` is below 1
    public static void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be >= 1 but was " + threads);
        }
        start();
        torch.set_num_threads(threads);
    }

    /// Whether bfloat16 matrix products are fast here: the processor has instructions for them.
    public static boolean hasFastBfloat16() {
        return CpuFeatures.hasBfloat16();
    }

    /// Switches the fused attention kernel of the whole process; it has no second derivative. On by default.
    public static void setFusedAttention(boolean on) {
        start();
        torch.globalContext().setSDPUseFlash(on);
    }

    /// Whether the fused attention kernel may be used.
    public static boolean fusedAttention() {
        start();
        return torch.globalContext().userEnabledFlashSDP();
    }

    /// Bytes of native objects that the bindings count as held now; flat over steps when nothing leaks.
    public static long nativeBytes() {
        return Pointer.totalBytes();
    }

    /// Native objects that the bindings count as held now; flat over steps when nothing leaks.
    public static long nativeObjects() {
        return Pointer.totalCount();
    }
}
