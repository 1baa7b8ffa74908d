package io.evenkeel.log;

import io.evenkeel.metric.SeriesNames;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Megatron-LM and its descendants, which print ` iteration 10/ 100 | name: value | ... |`; GPT-NeoX has its rate of
/// samples before the iteration.
final class MegatronLines extends LineFormat {
    private static final Pattern HEAD = pattern("iteration\\s++(\\d++)/\\s*+(\\d++) \\|");
    private static final Pattern VALIDATION = pattern("validation (?:loss|results) at iteration (\\d++)");
    private static final String RATE = "samples/sec: ";
    private boolean begun;

    MegatronLines(LogFormat format) {
        super(
                format,
                Map.ofEntries(
                        Map.entry("lm loss", SeriesNames.LOSS),
                        Map.entry("lm-loss", SeriesNames.LOSS),
                        Map.entry("lm_loss", SeriesNames.LOSS),
                        Map.entry("lm loss value", SeriesNames.VAL_LOSS),
                        Map.entry("lm_loss value", SeriesNames.VAL_LOSS),
                        Map.entry("grad norm", SeriesNames.GRAD_NORM),
                        Map.entry("grad-norm", SeriesNames.GRAD_NORM),
                        Map.entry("grad_norm", SeriesNames.GRAD_NORM),
                        Map.entry("params norm", SeriesNames.PARAM_NORM),
                        Map.entry("learning rate", SeriesNames.LR),
                        Map.entry("loss scale", SeriesNames.LOSS_SCALE),
                        Map.entry("consumed tokens", SeriesNames.TOKENS),
                        Map.entry("elapsed time per iteration (ms)", SeriesNames.STEP_MILLIS)));
    }

    @Override
    String note() {
        return "the loss is the mean since the last line, without the steps that were skipped";
    }

    @Override
    @Nullable
    Row read(String line) {
        if (!line.contains("iteration")) {
            return null;
        }
        var head = HEAD.matcher(line);
        if (head.find()) {
            var rate = line.lastIndexOf(RATE, head.start());
            if ((rate >= 0) != (format() == LogFormat.GPT_NEOX)) {
                return null;
            }
            begun = true;
            return pairs(line, rate >= 0 ? rate : head.end(), row(number(head.group(1)), line));
        }
        // These are the same in both.
        if (!begun && format() == LogFormat.GPT_NEOX) {
            return null;
        }
        var validation = VALIDATION.matcher(line);
        return validation.find() && line.indexOf('|') > 0
                ? pairs(line, line.indexOf('|') + 1, row(number(validation.group(1)), line))
                : null;
    }

    private static Row pairs(String line, int from, Row row) {
        for (var part : line.substring(from).split("\\|")) {
            var colon = part.lastIndexOf(':');
            if (colon > 0) {
                var name = part.substring(0, colon).strip();
                var numbers = new NumberParser();
                // A norm of exactly 0 is one that was not computed.
                if (numbers.parse(part.substring(colon + 1).strip())
                        && !(numbers.value() == 0
                                && name.toLowerCase(Locale.ROOT).startsWith("grad"))) {
                    row.number(name, numbers.value());
                }
            }
        }
        return row;
    }
}
