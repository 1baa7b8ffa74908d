package io.evenkeel.probe;

import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// Memory of the process in bytes: resident (where the system has `/proc`), used Java heap, and native memory that the
/// bindings count.
final class Memory implements Probe.Gradients {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final int KIBIBYTE = 1024;

    private static final About ABOUT = new About(
            "memory",
            "resident, heap and native memory",
            100,
            true,
            List.of("memory/rss_bytes", "memory/heap_bytes", "memory/native_bytes"));

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        residentBytes().ifPresent(bytes -> readings.put("memory/rss_bytes", (double) bytes));
        var runtime = Runtime.getRuntime();
        readings.put("memory/heap_bytes", (double) (runtime.totalMemory() - runtime.freeMemory()));
        readings.put("memory/native_bytes", (double) Engine.nativeBytes());
    }

    private static OptionalLong residentBytes() {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .map(line ->
                            line.substring(RESIDENT.length()).replace("kB", "").strip())
                    .mapToLong(kibibytes -> Long.parseLong(kibibytes) * KIBIBYTE)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
