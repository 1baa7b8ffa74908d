package io.evenkeel.detect.bench;

import io.evenkeel.metric.Readings;
import java.util.List;

/// A published rule for loss spikes at work on one run: when would it have alarmed?
public final class PublishedRule {
    private final String name;
    private final AlarmRule rule;

    private PublishedRule(String name, AlarmRule rule) {
        this.name = name;
        this.rule = rule;
    }

    /// Every published rule of the benchmark, fresh.
    public static List<PublishedRule> all() {
        return BenchRule.ALL.stream()
                .filter(BenchRule.Published.class::isInstance)
                .map(BenchRule.Published.class::cast)
                .map(published ->
                        new PublishedRule(published.name(), published.make().get()))
                .toList();
    }

    /// The name in tables, with the program that ships it.
    public String name() {
        return name;
    }

    /// Takes in the readings of a step.
    ///
    /// @return whether it alarms at them
    public boolean alarms(Readings readings) {
        return rule.alarms(readings);
    }
}
