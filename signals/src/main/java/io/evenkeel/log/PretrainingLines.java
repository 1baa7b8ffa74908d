package io.evenkeel.log;

import io.evenkeel.metric.SeriesNames;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Programs that pretrain language models.
final class PretrainingLines {
    private PretrainingLines() {}

    static List<LineFormat> all() {
        return List.of(
                new NanoGpt(),
                new LlmC(),
                new Nanochat(),
                new ModdedNanoGpt(),
                new Olmo(),
                new Torchtitan(),
                new DeepSpeed());
    }

    /// `iter 10: loss 2.5, time 12.5ms, mfu 30%` and `step 10: train loss 2.5, val loss 2.6`.
    static final class NanoGpt extends LineFormat {
        private static final Pattern ITER = pattern("^iter (\\d++): loss {N}, time {N}ms");
        private static final Pattern EVAL = pattern("^step (\\d++): train loss {N}, val loss {N}");

        NanoGpt() {
            super(
                    LogFormat.NANOGPT,
                    Map.of(
                            "loss", SeriesNames.LOSS,
                            "val loss", SeriesNames.VAL_LOSS,
                            "time ms", SeriesNames.STEP_MILLIS));
        }

        @Override
        String note() {
            return "the loss is that of the last micro-batch of the step";
        }

        @Override
        @Nullable
        Row read(String line) {
            var iter = ITER.matcher(line);
            if (iter.find()) {
                var row = row(number(iter.group(1)), line);
                put(row, "loss", iter, 2);
                put(row, "time ms", iter, 3);
                return row;
            }
            var eval = EVAL.matcher(line);
            if (!eval.find()) {
                return null;
            }
            var row = row(number(eval.group(1)), line);
            put(row, "train loss", eval, 2);
            put(row, "val loss", eval, 3);
            return row;
        }
    }

    /// The file `main.log` with `s:10 trl:2.5`, and what the CUDA and the Python program print.
    static final class LlmC extends LineFormat {
        private static final Pattern FILE =
                pattern("^s:(\\d++) (?:tel:{N}|eval:{N}|trl:{N}(?: lr:{N})?+(?: norm:{N})?+)");
        private static final Pattern CUDA = pattern(
                "^step\\s++(\\d++)/(\\d++) \\| loss\\s++{N} \\({N}z\\)\\| norm\\s++{N} \\({N}z\\)\\| lr\\s++{N}");
        private static final Pattern PYTHON =
                pattern("^step\\s++(\\d++)/(\\d++) \\| train loss\\s++{N} \\| norm\\s++{N} \\| lr\\s++{N}");
        private static final Pattern VAL = pattern("^val loss {N}$");
        private double step = Double.NaN;

        LlmC() {
            super(
                    LogFormat.LLM_C,
                    Map.of(
                            "loss", SeriesNames.LOSS,
                            "val loss", SeriesNames.VAL_LOSS,
                            "lr", SeriesNames.LR,
                            "norm", SeriesNames.GRAD_NORM));
        }

        @Override
        String note() {
            return "a resumed run writes on in the same file: steps repeat";
        }

        @Override
        @Nullable
        Row read(String line) {
            var file = FILE.matcher(line);
            if (file.find()) {
                var row = row(number(file.group(1)), line);
                put(row, "val loss", file, 2);
                put(row, "eval", file, 3);
                put(row, "loss", file, 4);
                put(row, "lr", file, 5);
                put(row, "norm", file, 6);
                return row;
            }
            var console = line.contains("train loss") ? PYTHON.matcher(line) : CUDA.matcher(line);
            if (console.find()) {
                var python = console.groupCount() == 5;
                step = number(console.group(1));
                var row = row(step, line);
                put(row, "loss", console, 3);
                put(row, "norm", console, python ? 4 : 5);
                put(row, "lr", console, python ? 5 : 7);
                return row;
            }
            var val = VAL.matcher(line);
            if (Double.isNaN(step) || !val.find()) {
                return null;
            }
            var row = row(step, line);
            put(row, "val loss", val, 1);
            return row;
        }
    }

    /// `step 00010/20000 (0.05%) | loss: 2.5 | lrm: 1.00 | dt: 500.00ms | tok/sec: 1,048,576 | mfu: 40.00`.
    static final class Nanochat extends LineFormat {
        private static final Pattern LINE = pattern("^step (\\d++)(?:/(\\d++))?+ \\({N}%\\) \\| loss: {N} \\|");
        private static final Pattern PAIR = pattern("\\| ([a-z][a-z/]*+): {N}(ms)?+");

        Nanochat() {
            super(
                    LogFormat.NANOCHAT,
                    Map.of(
                            "loss", SeriesNames.LOSS,
                            "dt", SeriesNames.STEP_MILLIS,
                            "tok/sec", SeriesNames.TOKENS_PER_SECOND));
        }

        @Override
        String note() {
            return "the loss is a moving average: a spike is smaller and later than it was";
        }

        @Override
        @Nullable
        Row read(String line) {
            var head = LINE.matcher(line);
            if (!head.find()) {
                return null;
            }
            var row = row(number(head.group(1)), line);
            var pairs = PAIR.matcher(line);
            while (pairs.find()) {
                put(row, pairs.group(1), pairs, 2);
            }
            return row;
        }
    }

    /// `step:10/100 val_loss:3.2 train_time:1234ms step_avg:12.3ms`.
    static final class ModdedNanoGpt extends LineFormat {
        private static final Pattern LINE =
                pattern("^step:(\\d++)/(\\d++)(?: val_loss:{N})?+(?: (?:train_)?+loss:{N})?+ train_time:{N}(ms|s)\\b");

        ModdedNanoGpt() {
            super(LogFormat.MODDED_NANOGPT, Map.of("val_loss", SeriesNames.VAL_LOSS, "train_loss", SeriesNames.LOSS));
        }

        @Override
        @Nullable
        Row read(String line) {
            var matcher = LINE.matcher(line);
            if (!matcher.find()) {
                return null;
            }
            var row = row(number(matcher.group(1)), line);
            put(row, "val_loss", matcher, 3);
            put(row, "train_loss", matcher, 4);
            row.number(
                    "train_time_ms",
                    number(matcher.group(5)) * (matcher.group(6).equals("s") ? 1e3 : 1));
            return row;
        }
    }

    /// A line with `[step=10/100,epoch=0]`, then one a value, indented: `    train/CrossEntropyLoss=2.5`.
    static final class Olmo extends LineFormat {
        private static final Pattern HEAD = pattern("\\[step=(\\d++)/(?:\\d++|\\?\\?\\?),epoch=(\\d++)");
        private static final Pattern VALUE = pattern("^\\s{4}([^=\\s][^=]*+)={N}$");
        private double step = Double.NaN;
        private double wall = Double.NaN;

        Olmo() {
            super(
                    LogFormat.OLMO,
                    Map.ofEntries(
                            Map.entry("train/CrossEntropyLoss", SeriesNames.LOSS),
                            Map.entry("train/CE loss", SeriesNames.LOSS),
                            Map.entry("train/ZLoss", SeriesNames.Z_LOSS),
                            Map.entry("train/Z loss", SeriesNames.Z_LOSS),
                            Map.entry("optim/total_grad_norm", SeriesNames.GRAD_NORM),
                            Map.entry("optim/total grad norm", SeriesNames.GRAD_NORM),
                            Map.entry("optim/learning_rate_group0", SeriesNames.LR),
                            Map.entry("optim/LR (group 0)", SeriesNames.LR),
                            Map.entry("throughput/total_tokens", SeriesNames.TOKENS),
                            Map.entry("throughput/device/tokens_per_second", SeriesNames.TOKENS_PER_SECOND)));
        }

        @Override
        String note() {
            return "values above 1,000 are printed without decimals";
        }

        @Override
        @Nullable
        Row read(String line) {
            var head = line.contains("[step=") ? HEAD.matcher(line) : null;
            if (head != null && head.find()) {
                step = number(head.group(1));
                wall = Clock.lineStart(line);
                return row(step, line);
            }
            if (Double.isNaN(step) || !line.startsWith("    ")) {
                return null;
            }
            var value = VALUE.matcher(line);
            if (!value.find()) {
                return null;
            }
            var row = row(step, line);
            row.wall = wall;
            put(row, value.group(1), value, 2);
            return row;
        }
    }

    /// `step:  1  loss: 12.2  grad_norm:  1.5  memory: 10.00GiB(10.00%)  tps: 1,234  tflops: 10.00  mfu: 1.00%`.
    static final class Torchtitan extends LineFormat {
        private static final Pattern LINE =
                pattern("step:\\s*+(\\d++)\\s++loss:\\s*+{N}\\s++(?:grad_norm:\\s*+{N}\\s++)?+memory:");
        private static final Pattern RATE = pattern("\\b(tps|wps):\\s*+{N}");

        Torchtitan() {
            super(
                    LogFormat.TORCHTITAN,
                    Map.of(
                            "loss", SeriesNames.LOSS,
                            "grad_norm", SeriesNames.GRAD_NORM,
                            "tps", SeriesNames.TOKENS_PER_SECOND,
                            "wps", SeriesNames.TOKENS_PER_SECOND));
        }

        @Override
        @Nullable
        Row read(String line) {
            var matcher = line.contains("step:") ? LINE.matcher(line) : null;
            if (matcher == null || !matcher.find()) {
                return null;
            }
            var row = row(number(matcher.group(1)), line);
            put(row, "loss", matcher, 2);
            put(row, "grad_norm", matcher, 3);
            var rate = RATE.matcher(line);
            if (rate.find()) {
                put(row, rate.group(1), rate, 2);
            }
            return row;
        }
    }

    /// `step=10, skipped=0, lr=[0.001], mom=[(0.9, 0.95)]`, `steps: 10 loss: 2.5 iter time (s): 0.5`, and
    /// overflows.
    static final class DeepSpeed extends LineFormat {
        private static final Pattern STEP = pattern("\\bstep=(\\d++), skipped=(\\d++), lr=\\[\\s*+{N}");
        private static final Pattern PIPELINE =
                pattern("\\bsteps: (\\d++) loss: {N} iter time \\(s\\): {N} samples/sec: {N}");
        private static final Pattern SCALE = pattern("reducing (?:to|scale to) {N}");
        private double step;

        DeepSpeed() {
            super(
                    LogFormat.DEEPSPEED,
                    Map.of(
                            "loss", SeriesNames.LOSS,
                            "lr", SeriesNames.LR,
                            "loss scale", SeriesNames.LOSS_SCALE,
                            "iter time", SeriesNames.STEP_MILLIS));
        }

        /// Megatron and GPT-NeoX with DeepSpeed print both, and only their own lines have the loss.
        @Override
        boolean isProvisional() {
            return true;
        }

        @Override
        @Nullable
        Row read(String line) {
            var matcher = STEP.matcher(line);
            if (matcher.find()) {
                step = number(matcher.group(1));
                var row = row(step, line);
                put(row, "skipped", matcher, 2);
                put(row, "lr", matcher, 3);
                return row;
            }
            var pipeline = PIPELINE.matcher(line);
            if (pipeline.find()) {
                step = number(pipeline.group(1));
                var row = row(step, line);
                put(row, "loss", pipeline, 2);
                row.number("iter time", number(pipeline.group(3)) * 1e3);
                return row;
            }
            if (!line.contains("[deepspeed]") || !line.toLowerCase(Locale.ROOT).contains("overflow!")) {
                return null;
            }
            // The step that overflowed is the one after the last that was printed, or later.
            var row = row(step, line);
            var scale = SCALE.matcher(line);
            if (scale.find()) {
                put(row, "loss scale", scale, 1);
            }
            return row;
        }
    }
}
