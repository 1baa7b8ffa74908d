package io.evenkeel.log;

import io.evenkeel.metric.Readings;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Prints how fast a CSV file is read and what memory that takes: `LogThroughput [ROWS] [SERIES]`.
final class LogThroughput {
    private LogThroughput() {}

    /// What was read.
    record Result(long rows, long points, double seconds, double cpuSeconds, long heapBytes) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,d rows, %,d points: %.2f s (%.2f s of this thread), %.1f M points/s, heap at most %d MB",
                    rows,
                    points,
                    seconds,
                    cpuSeconds,
                    points / seconds / 1e6,
                    heapBytes >> 20);
        }
    }

    public static void main(String[] args) throws IOException {
        var rows = args.length > 0 ? Integer.parseInt(args[0]) : 10_000_000;
        var series = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        var file = Files.createTempFile("throughput", ".csv");
        try {
            write(file, rows, series);
            System.out.println(Files.size(file) / 1_000_000 + " MB");
            for (var i = 0; i < 3; i++) {
                System.out.println(read(file));
            }
        } finally {
            Files.delete(file);
        }
    }

    /// Losses as Python prints a double, steps counted.
    static void write(Path file, int rows, int series) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            var line = new StringBuilder("step,loss");
            for (var j = 1; j < series; j++) {
                line.append(",s").append(j);
            }
            line.append('\n');
            out.write(line.toString().getBytes(StandardCharsets.UTF_8));
            for (var i = 0; i < rows; i++) {
                line.setLength(0);
                line.append(i);
                for (var j = 0; j < series; j++) {
                    line.append(',').append(2 + Math.sin(i * 0.37 + j));
                }
                line.append('\n');
                out.write(line.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    static Result read(Path file) {
        var counter = new RunListener() {
            private long rows;
            private long points;
            private long heap;

            @Override
            public void readings(Readings readings) {
                points += readings.size();
                if ((++rows & 0xfffff) == 0) {
                    heap = Math.max(
                            heap,
                            ManagementFactory.getMemoryMXBean()
                                    .getHeapMemoryUsage()
                                    .getUsed());
                }
            }
        };
        var begin = System.nanoTime();
        var cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        Logs.read(file, LogOptions.defaults(), _ -> counter);
        var used = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
        return new Result(counter.rows, counter.points, (System.nanoTime() - begin) / 1e9, used / 1e9, counter.heap);
    }
}
