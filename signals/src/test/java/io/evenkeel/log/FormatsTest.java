package io.evenkeel.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FormatsTest {
    static Stream<LogFormat> samples() {
        return Samples.texts().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void recognisesItself(LogFormat format) {
        assertThat(Detection.of(Samples.bytes(format), "log").format()).isEqualTo(format);
    }

    /// No tool's lines are taken for another's; only the general form may take lines of a tool.
    @Test
    void noLineIsOfTwoTools() {
        var general = EnumSet.of(LogFormat.KEY_VALUE, LogFormat.LINE_PROTOCOL);
        for (var sample : Samples.texts().entrySet()) {
            for (var format : LineFormat.all()) {
                if (general.contains(format.format()) || format.format() == sample.getKey()) {
                    continue;
                }
                for (var line : sample.getValue().split("[\r\n]+")) {
                    var row = format.read(ConsoleReader.plain(line));
                    assertThat(row != null && !row.isEmpty())
                            .as("%s read by %s: %s", sample.getKey(), format.format(), line)
                            .isFalse();
                }
            }
        }
    }

    static Stream<Arguments> readings() {
        return Stream.of(
                of(
                        LogFormat.DELIMITED,
                        "1 {loss=2.5, grad/norm=1.0, lr=0.001}",
                        "2 {loss=2.4, grad/norm=NaN, lr=0.001}",
                        "3 {loss=Infinity, grad/norm=0.9, lr=0.001}"),
                of(
                        LogFormat.KERAS_CSV,
                        "0 {accuracy=0.5, loss=2.5, val/loss=2.6}",
                        "1 {accuracy=0.6, loss=2.4, val/loss=2.5}"),
                of(LogFormat.JSON_LINES, "1 {loss=2.5, lr=0.001}", "2 {loss=NaN, lr=0.001}"),
                of(LogFormat.WANDB_JSON_LINES, "1 {_runtime=3.0, loss=2.5}", "2 {_runtime=4.0, loss=Infinity}"),
                of(LogFormat.JSON_RECORDS, "1 {loss=2.5}", "2 {loss=2.4}"),
                of(
                        LogFormat.TRAINER_STATE,
                        "10 {epoch=0.5, grad/norm=1.5, lr=5.0E-5, loss=2.5}",
                        "20 {epoch=1.0, grad/norm=NaN, lr=4.0E-5, loss=0.0, val/loss=2.6, eval_runtime=1.5}"),
                of(
                        LogFormat.KERAS_HISTORY,
                        "0 {loss=2.5, val/loss=2.6}",
                        "1 {loss=2.4, val/loss=2.5}",
                        "2 {loss=NaN, val/loss=2.4}"),
                of(
                        LogFormat.MEGATRON,
                        "10 {consumed samples=160.0, time/step_ms=512.5, lr=1.5E-4, global batch size=16.0, loss=9.5,"
                                + " loss_scale=65536.0, grad/norm=2.5, number of skipped iterations=0.0,"
                                + " number of nan iterations=0.0}",
                        "20 {consumed samples=320.0, time/step_ms=500.0, lr=1.5E-4, global batch size=16.0,"
                                + " loss_scale=32768.0, number of skipped iterations=10.0, number of nan iterations=0.0,"
                                + " val/loss=9.25, lm loss PPL=10404.57}"),
                of(
                        LogFormat.GPT_NEOX,
                        "10 {samples/sec=29.5, time/step_ms=434.5, lr=1.0E-6, loss=10.5, loss_scale=4096.0,"
                                + " number of skipped iterations=1.0, number of nan iterations=0.0}"),
                of(
                        LogFormat.DEEPSPEED,
                        "10 {skipped=1.0, lr=1.0E-4, loss_scale=32768.0}",
                        "11 {loss=2.5, time/step_ms=512.0}"),
                of(
                        LogFormat.NANOGPT,
                        "0 {train loss=4.2871, val/loss=4.2823, loss=4.2649, time/step_ms=12345.67}",
                        "10 {loss=3.2438, time/step_ms=25.5}"),
                of(
                        LogFormat.NANOCHAT,
                        "10 {loss=9.201234, lrm=1.0, time/step_ms=512.34,"
                                + " throughput/tokens_per_second=1023456.0, mfu=40.12}"),
                of(
                        LogFormat.LLM_C,
                        "0 {val/loss=11.0123, eval=0.2465}",
                        "1 {loss=10.9876, lr=6.0E-4, grad/norm=15.25}"),
                of(
                        LogFormat.MODDED_NANOGPT,
                        "0 {val/loss=10.8258, train_time_ms=0.0}",
                        "1 {train_time_ms=78.0}",
                        "125 {val/loss=4.6394, train_time_ms=11500.0}"),
                of(LogFormat.OLMO, "1200 {grad/norm=0.5012, loss=3.125, tokens=1.2582912E9}"),
                of(LogFormat.TORCHTITAN, "1 {loss=12.2721, grad/norm=1.5, throughput/tokens_per_second=1234.0}"),
                of(
                        LogFormat.HUGGING_FACE_LINES,
                        "10 {loss=2.5, grad/norm=1.5, lr=4.5E-5, epoch=0.1}",
                        "20 {loss=2.4, grad/norm=NaN, lr=4.0E-5, epoch=0.2, val/loss=2.6, eval_runtime=1.5}"),
                of(
                        LogFormat.KERAS_BAR,
                        "10 {loss=2.5, accuracy=0.5}",
                        "100 {loss=2.4, accuracy=0.6, val/loss=2.6}",
                        "200 {accuracy=0.7, loss=2.3, val/loss=2.5}"),
                of(LogFormat.PROGRESS_BAR, "10 {loss=2.5}", "20 {loss=2.4}", "110 {loss=2.3}"),
                of(
                        LogFormat.FASTTEXT,
                        "105 {words/sec/thread=1406696.0, lr=0.0895, loss=0.512917}",
                        "1000 {words/sec/thread=1406696.0, lr=0.0, loss=0.012917}"),
                of(
                        LogFormat.XGBOOST,
                        "0 {val/loss=0.5202072274684906, loss=0.4972339913249016}",
                        "1 {val/loss=0.4147224259376526, loss=0.37675447538495066}"),
                of(LogFormat.LINE_PROTOCOL, "1 {loss=2.5, lr=0.001}", "2 {loss=NaN, lr=0.001}"),
                of(LogFormat.KEY_VALUE, "100 {loss=2.5, grad/norm=1.25}", "200 {loss=2.4, grad/norm=1.5}"));
    }

    private static Arguments of(LogFormat format, String... lines) {
        return Arguments.of(format, List.of(lines));
    }

    @ParameterizedTest
    @MethodSource("readings")
    void readsWhatIsPrinted(LogFormat format, List<String> lines) {
        var all = Collected.of(Samples.text(format));
        assertThat(all.only().lines()).as("warnings %s", all.warnings).isEqualTo(lines);
        assertThat(all.only().info.format()).isEqualTo(format);
        assertThat(all.warnings).isEmpty();
    }

    @Test
    void aChartOfSeveralRuns() {
        var all = Collected.of(Samples.text(LogFormat.WANDB_CSV));
        assertThat(all.runs.keySet()).containsExactly("run a", "run b");
        assertThat(all.runs.get("run a").lines()).containsExactly("1 {loss=2.5}", "2 {loss=2.4}");
        assertThat(all.runs.get("run b").lines()).containsExactly("2 {loss=3.5}");
        assertThat(all.runs.get("run b").info.notes()).anyMatch(note -> note.contains("sample"));
    }

    @Test
    void whatATraceComparesRanksBy() {
        var tasks = Collected.of(Samples.text(LogFormat.TRACE)).only().tasks;
        assertThat(tasks)
                .containsExactly(
                        new WorkerTask(
                                "rank 3", "step", "ProfilerStep#5", 5, 2.0, 2.5, WorkerTask.State.FINISHED, false),
                        new WorkerTask(
                                "rank 3",
                                "kernel",
                                "ncclDevKernel_AllReduce",
                                -1,
                                2.1,
                                2.101,
                                WorkerTask.State.FINISHED,
                                false));
        var browser = Collected.of("""
                [{"ph":"M","name":"process_name","pid":4,"tid":0,"ts":0,"args":{"name":"main"}},
                {"ph":"B","name":"load","cat":"io","pid":4,"tid":9,"ts":1000000},
                {"ph":"B","name":"hang","cat":"io","pid":4,"tid":8,"ts":1000000},
                {"ph":"E","pid":4,"tid":9,"ts":3000000}]
                """).only().tasks;
        assertThat(browser)
                .containsExactly(
                        new WorkerTask("main thread 9", "io", "load", -1, 1.0, 3.0, WorkerTask.State.FINISHED, false),
                        new WorkerTask(
                                "main thread 8", "io", "hang", -1, 1.0, Double.NaN, WorkerTask.State.RUNNING, false));
    }

    @Test
    void tasksOfSpark() {
        assertThat(Collected.of(Samples.text(LogFormat.SPARK_EVENTS)).only().tasks)
                .containsExactly(
                        new WorkerTask(
                                "executor 1 on h1",
                                "stage 3.0",
                                "ResultTask",
                                0,
                                1.7e9,
                                1.7e9 + 2.5,
                                WorkerTask.State.FAILED,
                                false),
                        new WorkerTask(
                                "executor 2 on h2",
                                "stage 3.0",
                                "task",
                                1,
                                1.7e9 + 0.5,
                                Double.NaN,
                                WorkerTask.State.RUNNING,
                                true));
    }

    @Test
    void collectivesOfARank() {
        var run = Collected.of(Samples.text(LogFormat.FLIGHT_RECORDER)).only();
        assertThat(run.collectives)
                .containsExactly(new Collective(
                        1,
                        "7",
                        "DATA",
                        List.of(0, 1),
                        9,
                        "nccl:all_reduce",
                        false,
                        Collective.State.SCHEDULED,
                        1.7e9 + 0.5,
                        Double.NaN,
                        Double.NaN,
                        180));
        assertThat(run.progress).containsExactly(new CollectiveProgress(1, "7", "DATA", List.of(0, 1), 9, 8, 7));
    }

    @Test
    void everyTextFormatHasASample() {
        var elsewhere = EnumSet.of(
                LogFormat.RUN_DIRECTORY,
                LogFormat.TENSORBOARD,
                LogFormat.PARQUET,
                LogFormat.WANDB_FILE,
                LogFormat.LIGHTNING_CSV,
                LogFormat.UNKNOWN);
        assertThat(EnumSet.complementOf(elsewhere))
                .isEqualTo(EnumSet.copyOf(Samples.texts().keySet()));
    }
}
