package io.evenkeel.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the processor says of itself.
final class CpuFeatures {
    private CpuFeatures() {}

    /// Whether bfloat16 dot products run in hardware: AVX-512 BF16 or AMX on x86, BF16 on Arm. False where unknown.
    static boolean hasBfloat16() {
        var info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return false;
        }
        try (var lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> List.of(line.split("\\s+")))
                    .filter(flags ->
                            flags.contains("amx_bf16") || flags.contains("avx512_bf16") || flags.contains("bf16"))
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }
}
