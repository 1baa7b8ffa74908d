package io.evenkeel.study;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Variants of one training configuration, each by the keys that it sets: what a study of a method that
/// configurations can name is made of.
public final class Arms {
    private final String study;
    private final String base;
    private final SequencedMap<String, List<String>> assignments = new LinkedHashMap<>();

    /// @param study names the configuration in messages
    /// @param base  what all arms share, as YAML over the defaults
    public Arms(String study, String base) {
        this.study = study;
        this.base = base;
    }

    /// Adds an arm.
    ///
    /// @param assignments `KEY=VALUE` over the base
    public Arms with(String name, String... assignments) {
        this.assignments.put(name, List.of(assignments));
        return this;
    }

    /// Adds an arm that is other arms together.
    public Arms together(String name, String... arms) {
        var all = new ArrayList<String>();
        for (var arm : arms) {
            all.addAll(assignments(arm));
        }
        assignments.put(name, List.copyOf(all));
        return this;
    }

    /// All arms, in the order in which they were added.
    public List<String> names() {
        return List.copyOf(assignments.keySet());
    }

    /// What an arm sets.
    public List<String> assignments(String arm) {
        return Optional.ofNullable(assignments.get(arm))
                .orElseThrow(() -> new IllegalArgumentException("arm must be one of " + names() + " but was " + arm));
    }

    /// The configuration of an arm.
    ///
    /// @param more assignments over those of the arm
    public RunConfig config(String arm, List<String> more) {
        var all = new ArrayList<>(assignments(arm));
        all.addAll(more);
        return ConfigReader.read(base, study, all, RunConfig.defaults());
    }

    /// Trials of arms over learning rates and seeds 1, 2, ... with the factor [LrSweep#LR].
    ///
    /// @param more    assignments over those of the arms
    /// @param factors more factors of all of them, as in [Trial#of]
    public List<Trial<RunConfig>> sweep(
            List<String> arms, List<String> rates, int seeds, List<String> more, Object... factors) {
        var trials = new ArrayList<Trial<RunConfig>>();
        for (var arm : arms) {
            for (var rate : rates) {
                for (var seed = 1L; seed <= seeds; seed++) {
                    var all = new ArrayList<>(List.of("optimizer.lr=" + rate, "train.seed=" + seed));
                    all.addAll(more);
                    var where = new ArrayList<>(List.<Object>of(LrSweep.LR, rate));
                    where.addAll(List.of(factors));
                    trials.add(Trial.of(arm, seed, config(arm, all), where.toArray()));
                }
            }
        }
        return trials;
    }
}
