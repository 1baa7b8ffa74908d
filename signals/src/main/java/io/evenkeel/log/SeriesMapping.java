package io.evenkeel.log;

import io.evenkeel.metric.Series;
import io.evenkeel.metric.SeriesNames;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which series each name of a source becomes: what the user said, then what the format defines, then what names and
/// values suggest. Other names stay as they are. A series has one source.
final class SeriesMapping {
    private static final int LONGEST_NAME = 200;
    private static final double LARGEST_LR = 1e4;

    private final LogOptions options;
    private final Map<String, String> fixed;
    private final Map<String, String> series = new HashMap<>();
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Set<String> unmatched;

    /// @param fixed series by the names that the format defines; empty where any name may occur
    SeriesMapping(LogOptions options, Map<String, String> fixed) {
        this.options = options;
        this.fixed = fixed;
        this.unmatched = new LinkedHashSet<>(options.map().values());
    }

    /// What the values of a name look like in the beginning of a log.
    static final class Sample {
        private int count;
        private int integers;
        private int finite;
        private boolean changes;
        private double first = Double.NaN;
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;

        void add(double value) {
            if (count++ == 0) {
                first = value;
            }
            changes |= value != first;
            integers += value == Math.rint(value) && Math.abs(value) <= RunStream.LARGEST_STEP ? 1 : 0;
            if (Double.isFinite(value)) {
                finite++;
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }

        int count() {
            return count;
        }

        double min() {
            return min;
        }

        double max() {
            return max;
        }

        /// Whether these could be numbers of steps.
        boolean countsSteps() {
            return count > 0 && integers >= count * 0.7 && (changes || count < 8);
        }

        private boolean fits(String name) {
            return switch (name) {
                case SeriesNames.LR -> finite == 0 || (min >= -1e-12 && max <= LARGEST_LR);
                case SeriesNames.GRAD_NORM, SeriesNames.TOKENS, SeriesNames.LOSS_SCALE -> finite == 0 || min >= 0;
                default -> true;
            };
        }
    }

    /// Decides over names that are seen together, best names first. What comes later is decided by [#of] one by
    /// one.
    void decide(Map<String, Sample> samples) {
        samples.keySet().forEach(this::userSays);
        var best = new HashMap<String, KnownNames.Known>();
        var holder = new LinkedHashMap<String, String>();
        samples.forEach((name, sample) -> {
            var known = fixed.isEmpty() ? KnownNames.series(name) : null;
            if (known == null || series.containsKey(name) || sources.containsKey(known.series())) {
                return;
            }
            if (!sample.fits(known.series())) {
                notes.add("column " + name + " is not taken as " + known.series() + ": its values are from "
                        + sample.min + " to " + sample.max);
                return;
            }
            var before = best.get(known.series());
            if (before == null || known.rank() < before.rank()) {
                best.put(known.series(), known);
                holder.put(known.series(), name);
            }
        });
        holder.forEach((target, name) -> assign(name, target));
        if (fixed.isEmpty()) {
            guessLosses(samples.keySet());
        }
        samples.keySet().forEach(this::of);
    }

    private void userSays(String name) {
        options.map().forEach((target, source) -> {
            if (source.equals(name) && !target.equals(LogOptions.STEP) && !target.equals(LogOptions.TIME)) {
                assign(name, target);
            }
        });
        unmatched.remove(name);
    }

    private void guessLosses(Set<String> names) {
        if (!sources.containsKey(SeriesNames.LOSS) && sources.containsKey(SeriesNames.CROSS_ENTROPY)) {
            var name = sources.remove(SeriesNames.CROSS_ENTROPY);
            if (name != null) {
                assign(name, SeriesNames.LOSS);
                notes.add("the cross-entropy " + name + " is taken as the loss");
            }
        }
        for (var name : names) {
            var target = KnownNames.isHeldOut(name) ? SeriesNames.VAL_LOSS : SeriesNames.LOSS;
            if (!series.containsKey(name)
                    && KnownNames.series(name) == null
                    && KnownNames.looksLikeLoss(name)
                    && !sources.containsKey(target)) {
                assign(name, target);
                notes.add("column " + name + " is taken as " + target + " because of its name");
            }
        }
    }

    private void assign(String name, String target) {
        series.put(name, target);
        sources.put(target, name);
    }

    /// The series of a name; null for names that cannot be one.
    @Nullable
    String of(String name) {
        var known = series.get(name);
        return known != null ? known : added(name);
    }

    private @Nullable String added(String name) {
        userSays(name);
        var user = series.get(name);
        if (user != null) {
            return user;
        }
        var target = fixed.get(name);
        if (target == null && fixed.isEmpty()) {
            var known = KnownNames.series(name);
            target = known == null ? null : known.series();
        }
        if (target != null && !sources.containsKey(target)) {
            assign(name, target);
            return target;
        }
        var own = own(name);
        if (own != null) {
            series.put(name, own);
        }
        return own;
    }

    /// A name that stays, unless another source has it as its series.
    private @Nullable String own(String name) {
        var own = name.strip();
        if (own.isEmpty()) {
            return null;
        }
        own = own.length() > LONGEST_NAME ? own.substring(0, LONGEST_NAME) : own;
        own = sources.containsKey(own) ? "source/" + own : own;
        return own.getBytes(StandardCharsets.UTF_8).length > Series.MAX_NAME_BYTES ? null : own;
    }

    /// The source's name by series, of those that were renamed.
    Map<String, String> sources() {
        return sources;
    }

    Set<String> notes() {
        return notes;
    }

    /// What the user mapped and the source does not have so far.
    Set<String> unmatched() {
        return unmatched;
    }

    /// The step or time column was found.
    void matched(String name) {
        unmatched.remove(name);
    }
}
