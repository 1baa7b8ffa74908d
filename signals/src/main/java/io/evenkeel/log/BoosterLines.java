package io.evenkeel.log;

import io.evenkeel.metric.SeriesNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Trainers that are not neural networks in steps: fastText and XGBoost.
final class BoosterLines {
    private BoosterLines() {}

    static List<LineFormat> all() {
        return List.of(new FastText(), new XgBoost());
    }

    /// `Progress: 10.5% words/sec/thread: 100000 lr: 0.04 avg.loss: 1.2 ETA: 0h 1m`, overprinted.
    static final class FastText extends LineFormat {
        private static final Pattern LINE = pattern(
                "^Progress:\\s*+{N}%\\s++words/sec/thread:\\s*+{N}\\s++lr:\\s*+{N}" + "\\s++(?:avg\\.)?+loss:\\s*+{N}");

        FastText() {
            super(LogFormat.FASTTEXT, Map.of("avg.loss", SeriesNames.LOSS, "lr", SeriesNames.LR));
        }

        @Override
        String note() {
            return "the step is the progress in thousandths; the loss is the mean since the start of the run: a spike"
                    + " hardly moves it";
        }

        @Override
        @Nullable
        Row read(String line) {
            var matcher = line.startsWith("Progress:") ? LINE.matcher(line) : null;
            if (matcher == null || !matcher.find()) {
                return null;
            }
            var row = row(Math.rint(number(matcher.group(1)) * 10), line);
            put(row, "words/sec/thread", matcher, 2);
            put(row, "lr", matcher, 3);
            put(row, "avg.loss", matcher, 4);
            return row;
        }
    }

    /// `[10]<tab>train-logloss:0.5<tab>test-logloss:0.6`, a time before it perhaps.
    static final class XgBoost extends LineFormat {
        private static final Pattern HEAD =
                pattern("^(?:\\[\\d\\d:\\d\\d:\\d\\d\\]\\s++)?+\\[(\\d++)\\]\\s++(?=[\\w@.-]++:)");
        private static final Pattern PAIR = pattern("^([\\w@.-]++):{N}(?:\\+{N})?+$");
        private final Map<String, String> names;

        XgBoost() {
            this(new HashMap<>(Map.of("train-logloss", SeriesNames.LOSS)));
        }

        /// @param names grows: the first metric of each set of data is its loss
        private XgBoost(Map<String, String> names) {
            super(LogFormat.XGBOOST, names);
            this.names = names;
        }

        @Override
        String note() {
            return "steps are boosting rounds";
        }

        @Override
        @Nullable
        Row read(String line) {
            var head = HEAD.matcher(line);
            if (!head.find()) {
                return null;
            }
            var row = row(number(head.group(1)), line);
            for (var part : line.substring(head.end()).split("\\s+")) {
                var pair = PAIR.matcher(part);
                if (!pair.find() || pair.group(1).indexOf('-') < 0) {
                    return null;
                }
                name(pair.group(1));
                put(row, pair.group(1), pair, 2);
            }
            return row;
        }

        private void name(String name) {
            var target = name.startsWith("train") ? SeriesNames.LOSS : SeriesNames.VAL_LOSS;
            if (!names.containsValue(target) || (target.equals(SeriesNames.LOSS) && names.size() == 1)) {
                names.put(name, target);
            }
        }
    }
}
