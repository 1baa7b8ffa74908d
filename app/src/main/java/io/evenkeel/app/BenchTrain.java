package io.evenkeel.app;

import io.evenkeel.app.TrainingShape.Shape;
import io.evenkeel.nn.Precision;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Engine;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `evenkeel bench train`: speed of training, beside Python's PyTorch where it is found, interleaved round by round.
@Command(
        name = "train",
        description = "Speed of training two fixed shapes in fp32 and bf16, beside Python's PyTorch where it is found.")
final class BenchTrain implements Callable<Integer> {
    private static final int MATRIX = 2048;
    /// A peer below this share of our matrix products does not use the BLAS that its users have.
    private static final double SLOW_PEER = 0.6;

    @Option(names = "--rounds", description = "Interleaved rounds; default: ${DEFAULT-VALUE}.")
    int rounds = 5;

    @Option(names = "--threads", description = "Threads of one operation; default: all processors.")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--shape", description = "Only this shape: small or large.")
    @Nullable
    String only;

    @Option(names = "--no-peer", description = "Do not look for Python's PyTorch.")
    boolean noPeer;

    @Mixin
    Output output;

    /// One line of the table.
    ///
    /// @param millis     median of a step
    /// @param peak       share of the measured peak of matrix products
    /// @param peerMillis median of a step of the peer, null without one
    /// @param ratio      our time over the peer's, median over rounds
    record Row(
            String shape,
            String precision,
            double tokensPerSecond,
            double millis,
            double peak,
            @Nullable Double peerMillis,
            @Nullable Double ratio) {}

    @Override
    public Integer call() {
        Engine.setThreads(threads);
        var peer = noPeer ? null : TorchPeer.start(threads).orElse(null);
        try {
            double fp32 = peak(DType.FLOAT32);
            double bf16 = peak(DType.BFLOAT16);
            output.result(String.format(
                    Locale.ROOT,
                    "%d threads, %s; %d^3 products: fp32 %.0f, bf16 %.0f GFLOP/s; peer: %s",
                    threads,
                    Engine.fingerprint().blas(),
                    MATRIX,
                    fp32 / 1e9,
                    bf16 / 1e9,
                    peer == null
                            ? "no python3 with torch found"
                            : String.format(
                                    Locale.ROOT,
                                    "torch %s, %d threads, fp32 %.0f GFLOP/s",
                                    peer.torch(),
                                    peer.threads(),
                                    peer.gflops())));
            if (peer != null && peer.gflops() < SLOW_PEER * fp32 / 1e9) {
                output.result("the peer's BLAS is slow, so the ratios say little; on Debian install"
                        + " libopenblas0-openmp, and it alone");
            }
            output.result("shape  precision   tokens/s   ms/step  of peak   peer ms   ours/peer");
            var rows = new ArrayList<Row>();
            for (var shape : List.of(Shape.SMALL, Shape.LARGE)) {
                if (only == null || only.equals(shape.name())) {
                    for (var precision : Precision.values()) {
                        var row = measure(shape, precision, precision == Precision.BF16 ? bf16 : fp32, peer);
                        rows.add(row);
                        output.result(text(row));
                    }
                }
            }
            var document = new LinkedHashMap<String, Object>();
            document.put("bench", "train");
            document.put("rows", rows);
            document.put(
                    "peer",
                    peer == null
                            ? null
                            : Map.of("torch", peer.torch(), "threads", peer.threads(), "gflops", peer.gflops()));
            output.document(document);
            return 0;
        } finally {
            if (peer != null) {
                peer.close();
            }
        }
    }

    private Row measure(Shape shape, Precision precision, double peak, @Nullable TorchPeer peer) {
        var steps = shape.equals(Shape.SMALL) ? 8 : 2;
        try (var ours = new TrainingShape(shape, precision)) {
            ours.time(3);
            var millis = new ArrayList<Double>();
            var peerMillis = new ArrayList<Double>();
            var ratios = new ArrayList<Double>();
            for (var round = 0; round < rounds; round++) {
                var mine = median(ours.time(steps));
                millis.add(mine);
                if (peer != null) {
                    var theirs = median(peer.time(shape, precision, steps));
                    peerMillis.add(theirs);
                    ratios.add(mine / theirs);
                }
            }
            var ms = median(millis);
            return new Row(
                    shape.name(),
                    precision.name().toLowerCase(Locale.ROOT),
                    shape.tokens() / ms * 1e3,
                    ms,
                    shape.flops() / (ms / 1e3) / peak,
                    peer == null ? null : median(peerMillis),
                    peer == null ? null : median(ratios));
        }
    }

    private static String text(Row row) {
        return String.format(
                Locale.ROOT,
                "%-6s %-9s %10.0f %9.1f %7.0f%% %9s %11s",
                row.shape(),
                row.precision(),
                row.tokensPerSecond(),
                row.millis(),
                100 * row.peak(),
                row.peerMillis() == null ? "-" : String.format(Locale.ROOT, "%.1f", row.peerMillis()),
                row.ratio() == null ? "-" : String.format(Locale.ROOT, "%.2f", row.ratio()));
    }

    /// Floating-point operations a second of a large matrix product.
    private static double peak(DType dtype) {
        try (var _ = Scope.open()) {
            var random = RandomStream.of(1, "peak");
            var a = Tensors.randn(random, MATRIX, MATRIX).to(dtype);
            var b = Tensors.randn(random, MATRIX, MATRIX).to(dtype);
            var best = Double.POSITIVE_INFINITY;
            for (var i = 0; i < 6; i++) {
                try (var _ = Scope.open()) {
                    var start = System.nanoTime();
                    a.matmul(b);
                    best = Math.min(best, (System.nanoTime() - start) / 1e9);
                }
            }
            return 2.0 * MATRIX * MATRIX * MATRIX / best;
        }
    }

    static double median(List<Double> values) {
        var sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        var middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
