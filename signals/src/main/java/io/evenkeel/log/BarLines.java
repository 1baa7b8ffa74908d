package io.evenkeel.log;

import io.evenkeel.metric.SeriesNames;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Programs that print progress bars, and Hugging Face's Trainer, which prints a Python dictionary between them.
final class BarLines {
    private static final Map<String, String> NAMES = Map.of(
            "loss", SeriesNames.LOSS,
            "val_loss", SeriesNames.VAL_LOSS,
            "eval_loss", SeriesNames.VAL_LOSS,
            "grad_norm", SeriesNames.GRAD_NORM,
            "learning_rate", SeriesNames.LR,
            "lr", SeriesNames.LR);

    private BarLines() {}

    /// The state of a tqdm bar: ` 10%|#   | 10/100 [00:01<00:09, 9.9it/s, loss=2.5]`.
    private static final class Bar {
        private static final Pattern BAR =
                LineFormat.pattern("(\\d++)%\\|[^|]*+\\|\\s*+(\\d++)/(\\d++) \\[([^\\]]*+)\\]");
        private static final Pattern EPOCH = LineFormat.pattern("epoch\\D{0,3}+(\\d++)");
        private static final Pattern PAIR = LineFormat.pattern("(?:^|, )([A-Za-z_][^=,]*+)=\\s*+{N}(?=,|$)");

        private double step = Double.NaN;
        private double total = Double.NaN;
        private double before;
        private double last;
        private String values = "";

        /// @return whether the line has a bar of the training
        boolean read(String line) {
            var bar = line.contains("%|") ? BAR.matcher(line) : null;
            if (bar == null || !bar.find()) {
                return false;
            }
            var title = line.substring(0, bar.start());
            var n = LineFormat.number(bar.group(2));
            var of = LineFormat.number(bar.group(3));
            // The first bar is that of the training; evaluations have their own.
            if (title.contains("Valid")
                    || title.contains("Sanity")
                    || title.contains("Test")
                    || title.contains("Eval")
                    || (!Double.isNaN(total) && of != total)) {
                return false;
            }
            total = of;
            values = bar.group(4);
            var epoch = EPOCH.matcher(title);
            if (epoch.find()) {
                step = LineFormat.number(epoch.group(1)) * of + n;
            } else {
                before += n < last && last > of / 2 ? last : 0;
                step = before + n;
            }
            last = n;
            return true;
        }

        Row row(String line) {
            var row = LineFormat.row(step, line);
            var pairs = PAIR.matcher(values);
            while (pairs.find()) {
                var name = pairs.group(1).strip();
                if (!name.equals("v_num")) {
                    LineFormat.put(row, name, pairs, 2);
                }
            }
            return row;
        }
    }

    /// Bars with values in them, as of tqdm and Lightning.
    static final class Tqdm extends LineFormat {
        private final Bar bar = new Bar();

        Tqdm() {
            super(LogFormat.PROGRESS_BAR, Map.of());
        }

        @Override
        String note() {
            return "bars show what was set last, often smoothed, and not every step";
        }

        @Override
        boolean isProvisional() {
            return true;
        }

        @Override
        @Nullable
        Row read(String line) {
            return bar.read(line) ? bar.row(line) : null;
        }
    }

    /// `{'loss': 2.5, 'grad_norm': 1.0, 'learning_rate': 5e-05, 'epoch': 0.1}`; the step is that of the bar before
    /// it.
    static final class HuggingFace extends LineFormat {
        private static final Pattern PAIR = pattern("'([A-Za-z_][\\w/. -]*+)':\\s*+'?+{N}'?+\\s*+(?=,|\\})");
        private final Bar bar = new Bar();
        private double count;

        HuggingFace() {
            super(LogFormat.HUGGING_FACE_LINES, NAMES);
        }

        @Override
        String note() {
            return "the loss is the mean since the last line, in which NaN and infinite ones may have been replaced; the"
                    + " step is that of the progress bar, or the number of the line where there is no bar";
        }

        @Override
        @Nullable
        Row read(String line) {
            var hasBar = bar.read(line);
            var from = line.indexOf("{'");
            if (from < 0 || !isDictionary(line, from)) {
                return hasBar ? new Row() : null;
            }
            var row = row(Double.isNaN(bar.step) ? step(line) : bar.step, line);
            var pairs = PAIR.matcher(line).region(from, line.length());
            while (pairs.find()) {
                put(row, pairs.group(1), pairs, 2);
            }
            return row;
        }

        private static boolean isDictionary(String line, int from) {
            return line.indexOf('}', from) > 0
                    && (line.indexOf("'loss'", from) >= 0
                            || line.indexOf("'eval_loss'", from) >= 0
                            || line.indexOf("'grad_norm'", from) >= 0
                            || line.indexOf("'learning_rate'", from) >= 0);
        }

        /// An evaluation belongs to the step before it.
        private double step(String line) {
            count += line.contains("'eval_loss'") ? 0 : 1;
            return count;
        }
    }

    /// ` 10/100 ... - loss: 2.5 - val_loss: 2.6` after `Epoch 1/5`.
    static final class Keras extends LineFormat {
        private static final Pattern LINE = pattern("^\\s*+(\\d++)/(\\d++)\\s");
        private static final Pattern EPOCH = pattern("^Epoch (\\d++)/(\\d++)");
        private static final Pattern PAIR = pattern(" - ([A-Za-z_]\\w*+): {N}");
        private double epoch = 1;

        Keras() {
            super(LogFormat.KERAS_BAR, NAMES);
        }

        @Override
        String note() {
            return "the loss is the running mean of the epoch: a spike is divided by the steps of the epoch so far";
        }

        @Override
        @Nullable
        Row read(String line) {
            var begin = EPOCH.matcher(line);
            if (begin.find()) {
                epoch = number(begin.group(1));
                return new Row();
            }
            var head = LINE.matcher(line);
            if (!head.find() || !(line.contains("/step") || line.contains("ETA:")) || line.contains("%|")) {
                return null;
            }
            var row = row((epoch - 1) * number(head.group(2)) + number(head.group(1)), line);
            var pairs = PAIR.matcher(line);
            while (pairs.find()) {
                if (!pairs.group(1).equals("ETA")) {
                    put(row, pairs.group(1), pairs, 2);
                }
            }
            return row;
        }
    }
}
