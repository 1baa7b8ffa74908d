package io.evenkeel.detect.bench;

import io.evenkeel.metric.Readings;

/// A rule as the benchmark sees it: at each point it raises an alarm or not.
interface AlarmRule {
    /// Whether it alarms at these readings.
    boolean alarms(Readings readings);
}
