package io.evenkeel.app;

import io.evenkeel.nn.Precision;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The same model in Python's PyTorch, in a process of its own that answers requests (`bench/peer_train.py`).
final class TorchPeer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");
    private static final long PROBE_SECONDS = 60;

    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;
    private final JsonNode about;

    private TorchPeer(Process process) throws IOException {
        this.process = process;
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.about = JSON.readTree(line());
    }

    /// Starts the peer where a Python with torch and the script are found.
    static Optional<TorchPeer> start(int threads) {
        var script = script();
        if (script.isEmpty()) {
            return Optional.empty();
        }
        for (var python : PYTHONS) {
            try {
                if (!hasTorch(python)) {
                    continue;
                }
                var builder = new ProcessBuilder(python, script.get().toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
                builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
                return Optional.of(new TorchPeer(builder.start()));
            } catch (IOException e) {
                // No such Python: the next one.
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> script() {
        var home = System.getProperty("evenkeel.home");
        var candidates = new ArrayList<Path>();
        if (home != null) {
            candidates.add(Path.of(home, "bench", "peer_train.py"));
        }
        candidates.add(Path.of("bench", "peer_train.py"));
        return candidates.stream().filter(Files::exists).findFirst();
    }

    private static boolean hasTorch(String python) throws IOException {
        var probe = new ProcessBuilder(python, "-c", "import torch")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && probe.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// The version of its torch.
    String torch() {
        return about.path("torch").asString();
    }

    int threads() {
        return about.path("threads").asInt();
    }

    /// Its speed of large matrix products in fp32, in GFLOP/s.
    double gflops() {
        return about.path("gflops").asDouble();
    }

    /// Milliseconds of each of some steps.
    List<Double> time(TrainingShape.Shape shape, Precision precision, int steps) {
        try {
            requests.write(JSON.writeValueAsString(shape.request(precision, steps)));
            requests.newLine();
            requests.flush();
            var millis = new ArrayList<Double>();
            JSON.readTree(line()).path("ms").forEach(ms -> millis.add(ms.asDouble()));
            return millis;
        } catch (IOException e) {
            throw new UncheckedIOException("the Python peer does not answer: " + e.getMessage(), e);
        }
    }

    private String line() throws IOException {
        var line = answers.readLine();
        if (line == null) {
            throw new IOException("it ended");
        }
        return line;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
