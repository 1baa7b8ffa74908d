package io.evenkeel.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.TensorBoardWriter;
import io.evenkeel.run.Incarnation;
import io.evenkeel.run.TestRuns;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
    @TempDir
    Path dir;

    private Path write(String name, String text) throws IOException {
        var file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    @Test
    void aGrowingTable() throws IOException {
        var file = write("log.csv", "step,loss\n1,2.5\n2,2.");
        var all = new Collected();
        try (var source =
                Logs.open(file, LogOptions.defaults().withFollow(true), _ -> {}).getFirst()) {
            source.read(all);
            assertThat(all.only().lines()).containsExactly("1 {loss=2.5}");
            append(file, "25\n3,2.0\n");
            source.read(all);
            source.read(all);
            assertThat(all.only().lines()).containsExactly("1 {loss=2.5}", "2 {loss=2.25}", "3 {loss=2.0}");
            // As Lightning does when a column appears.
            Files.writeString(file, "step,loss,lr\n1,2.5,\n2,2.25,\n3,2.0,\n4,1.5,0.5\n");
            source.read(all);
            assertThat(all.only().lines())
                    .containsExactly("1 {loss=2.5}", "2 {loss=2.25}", "3 {loss=2.0}", "4 {loss=1.5, lr=0.5}");
        }
    }

    @Test
    void aGrowingText() throws IOException {
        var file = write("log.txt", "starting\n");
        var all = new Collected();
        try (var source = Logs.open(file, LogOptions.defaults().withFollow(true), all::warning)
                .getFirst()) {
            source.read(all);
            assertThat(source.format()).isEqualTo(LogFormat.UNKNOWN);
            append(file, "iter 1: loss 2.5000, time 10.00ms, mfu 1.00%\niter 2: lo");
            source.read(all);
            append(file, "ss nan, time 10.00ms, mfu 1.00%\n");
            source.read(all);
            assertThat(source.format()).isEqualTo(LogFormat.NANOGPT);
        }
        assertThat(all.only().series("loss")).containsExactly("1:2.5", "2:NaN");
        assertThat(all.warnings).isEmpty();
    }

    @Test
    void aDocumentThatIsWrittenAnew() throws IOException {
        var row = "{\"step\": %d, \"loss\": 2.5}";
        var file = write("trainer_state.json", "{\"log_history\": [" + row.formatted(1) + "]}");
        var all = new Collected();
        try (var source =
                Logs.open(file, LogOptions.defaults().withFollow(true), _ -> {}).getFirst()) {
            source.read(all);
            source.read(all);
            assertThat(all.only().lines()).containsExactly("1 {loss=2.5}");
            Files.writeString(
                    file,
                    "{\"log_history\": [" + row.formatted(1) + ",{\"step\": 1, \"eval_loss\": 2}, " + row.formatted(2)
                            + "]}");
            source.read(all);
        }
        assertThat(all.only().lines()).containsExactly("1 {loss=2.5}", "1 {val/loss=2.0}", "2 {loss=2.5}");
    }

    @Test
    void anEmptyFileThatGrows() throws IOException {
        var file = write("log.jsonl", "");
        var all = new Collected();
        try (var source =
                Logs.open(file, LogOptions.defaults().withFollow(true), _ -> {}).getFirst()) {
            source.read(all);
            append(file, "{\"step\":1,\"loss\"");
            source.read(all);
            append(file, ":2.5}\n{\"step\":2,");
            source.read(all);
            append(file, "\"loss\":2}\n");
            source.read(all);
        }
        assertThat(all.only().lines()).containsExactly("1 {loss=2.5}", "2 {loss=2.0}");
        assertThat(all.warnings).isEmpty();
    }

    /// A line of the protocol is given as soon as it is there, not at the end of the stream.
    @Test
    void aPipeIsReadAsItIsWritten() throws Exception {
        var seen = new LinkedBlockingQueue<String>();
        Thread thread;
        try (var out = new PipedOutputStream()) {
            var in = new PipedInputStream(out);
            thread = Thread.ofVirtual().start(() -> {
                try (var source = Logs.open(in, "-", LogOptions.defaults())) {
                    source.read(_ -> new RunListener() {
                        @Override
                        public void readings(Readings readings) {
                            seen.add(readings.toString());
                        }
                    });
                }
            });
            out.write("hello\nstep=1 loss=2.5\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("step 1 {loss=2.5}");
            out.write("step=2 loss=2.0\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("step 2 {loss=2.0}");
        }
        thread.join();
    }

    @Test
    void aToolsLinesTurnUpLate() throws IOException {
        var text = new StringBuilder("lr: 0.5, loss: 1\nlr: 0.5, loss: 1\nlr: 0.5, loss: 1\n");
        text.append("noise\n".repeat(300_000)).append(Samples.text(LogFormat.MEGATRON));
        var all = Collected.of(write("log.out", text.toString()));
        assertThat(all.only().info.format()).isEqualTo(LogFormat.MEGATRON);
        assertThat(all.only().series("loss")).contains("10:9.5");
        assertThat(all.only().info.notes()).anyMatch(note -> note.contains("lines before were read as"));
    }

    @Test
    void eventFilesOfADirectoryAreARun() throws IOException {
        try (var writer = new TensorBoardWriter(dir)) {
            writer.started(0, 0, "start");
            writer.readings(new Readings(1, 1.7e9).put("train/loss", 2.5).put("lr-AdamW", 0.5));
            writer.readings(new Readings(2, 1.7e9).put("train/loss", Double.NaN));
            writer.started(1, 1, "rollback");
            writer.readings(new Readings(2, 1.7e9).put("train/loss", 2.0));
        }
        var all = Collected.of(dir);
        assertThat(all.runs.keySet()).containsExactly("incarnation-0", "incarnation-1");
        assertThat(all.runs.get("incarnation-0").lines()).containsExactly("1 {loss=2.5, lr=0.5}", "2 {loss=NaN}");
        assertThat(all.runs.get("incarnation-1").lines()).containsExactly("2 {loss=2.0}");
        assertThat(all.runs.get("incarnation-1").info.format()).isEqualTo(LogFormat.TENSORBOARD);
        var first = dir.resolve("incarnation-0");
        try (var files = Files.list(first)) {
            var bytes = Files.readAllBytes(files.findFirst().orElseThrow());
            bytes[bytes.length - 3] ^= 1;
            Files.write(first.resolve("events.out.tfevents.9.x"), bytes);
        }
        var damaged = Collected.of(first);
        assertThat(damaged.warnings).anyMatch(warning -> warning.contains("does not match its checksum"));
        assertThat(damaged.only().restarts).containsExactly(1L);
    }

    @Test
    void runDirectoriesWithTheirRestarts() throws IOException {
        var run = TestRuns.create(dir.resolve("runs").resolve("one"));
        try (var writer = run.continueWriting(Incarnation.START)) {
            for (var step = 1; step <= 5; step++) {
                writer.record(TestRuns.readings(step, 2.5 - step));
            }
        }
        var all = new Collected();
        try (var source = Logs.open(dir, LogOptions.defaults().withFollow(true), all::warning)
                .getFirst()) {
            assertThat(source.id()).isEqualTo("runs/one");
            assertThat(source.format()).isEqualTo(LogFormat.RUN_DIRECTORY);
            source.read(all);
            assertThat(all.only().lines()).hasSize(5).contains("3 {loss=-0.5, lr=0.001, probe/layer.0=0.5}");
            try (var writer = run.continueWriting(run.nextIncarnation(3, "rollback"))) {
                writer.record(TestRuns.readings(4, 9));
            }
            source.read(all);
        }
        assertThat(all.only().lines()).hasSize(6);
        assertThat(all.only().restarts).containsExactly(4L);
        assertThat(all.only().heartbeats)
                .last()
                .extracting(Heartbeat::worker)
                .asString()
                .isNotBlank();
        // The manifest is not needed to read the metrics.
        Files.writeString(run.path().resolve("manifest.json"), "{}");
        var damaged = Collected.of(run.path());
        assertThat(damaged.only().lines()).hasSize(6);
        assertThat(damaged.warnings).anyMatch(warning -> warning.contains("read without its manifest"));
    }

    @Test
    void wandbFiles() throws IOException {
        var wandb = new WandbBytes();
        wandb.history(1, new LinkedHashMap<>(Map.of("train/loss", "2.5", "_step", "1")));
        wandb.other(100_000);
        wandb.history(2, new LinkedHashMap<>(Map.of("train/loss", "\"NaN\"")));
        wandb.other(32_000);
        for (var i = 3; i < 2_000; i++) {
            wandb.history(i, new LinkedHashMap<>(Map.of("train/loss", i + ".5")));
        }
        var file = dir.resolve("run-1.wandb");
        Files.write(file, wandb.bytes());
        var all = Collected.of(file);
        assertThat(all.only().lines())
                .startsWith("1 {loss=2.5}", "2 {loss=NaN}", "3 {loss=3.5}")
                .hasSize(1_999);
        assertThat(all.warnings).isEmpty();
        var bytes = wandb.bytes();
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 5));
        assertThat(Collected.of(file).only().lines()).hasSize(1_998);
        bytes[bytes.length - 100] ^= 1;
        Files.write(file, bytes);
        assertThat(Collected.of(file).warnings).anyMatch(warning -> warning.contains("checksum"));
    }

    @Test
    void parquet() throws IOException {
        var columns = new LinkedHashMap<String, Object>();
        columns.put("run", new String[] {"a", "a", "b"});
        columns.put("step", new long[] {1, 2, 1});
        columns.put("train_loss", new double[] {2.5, Double.NaN, 3.5});
        var file = dir.resolve("log.parquet");
        Files.write(file, ParquetBytes.of(columns, 3));
        var all = Collected.of(file);
        assertThat(all.runs.get("a").lines()).containsExactly("1 {loss=2.5}", "2 {loss=NaN}");
        assertThat(all.runs.get("b").lines()).containsExactly("1 {loss=3.5}");
        assertThat(Collected.of(Files.readAllBytes(file), LogOptions.defaults()).runs)
                .hasSize(2);
    }

    @Test
    void aDirectoryIsSearched() throws IOException {
        write("hf/trainer_state.json", Samples.text(LogFormat.TRAINER_STATE));
        write("hf/checkpoint-10/trainer_state.json", Samples.text(LogFormat.TRAINER_STATE));
        write("only/checkpoint-9/trainer_state.json", Samples.text(LogFormat.TRAINER_STATE));
        write("only/checkpoint-10/trainer_state.json", Samples.text(LogFormat.TRAINER_STATE));
        write("lightning/version_0/metrics.csv", "epoch,step,train_loss\n0,10,2.5\n");
        write("lightning/version_0/hparams.yaml", "loss: 1\nlr: 2\n");
        write("megatron.log", Samples.text(LogFormat.MEGATRON));
        write("README.md", "loss: 2.5\nloss: 2.4\n");
        write("data.csv", "index,species,width\n1,a,0.5\n2,b,0.7\n");
        write(".hidden/log.csv", Samples.text(LogFormat.DELIMITED));
        write("ranks/trace_rank0.json", Samples.text(LogFormat.FLIGHT_RECORDER).replace("\"rank\": 1, ", ""));
        write("ranks/trace_rank1.json", Samples.text(LogFormat.FLIGHT_RECORDER).replace("\"rank\": 1, ", ""));
        write("empty.log", "");
        var all = Collected.of(dir);
        assertThat(all.runs.keySet())
                .containsExactlyInAnyOrder(
                        "hf/trainer_state.json",
                        "only/checkpoint-10/trainer_state.json",
                        "lightning/version_0/metrics.csv",
                        "megatron.log",
                        "ranks");
        assertThat(all.runs.get("lightning/version_0/metrics.csv").info.format())
                .isEqualTo(LogFormat.LIGHTNING_CSV);
        assertThat(all.runs.get("ranks").collectives)
                .extracting(Collective::rank)
                .containsExactly(0, 1);
        assertThat(all.warnings).isEmpty();
    }
}
