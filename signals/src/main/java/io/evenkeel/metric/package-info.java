/// Named doubles over the steps of a run, and their store: append-only segment files and readers that follow a live
/// run;
/// TensorBoard event files in both directions. Read [Readings] first, then [MetricHistory] (reading a run) and
/// [SegmentWriter] (the format).
@NullMarked
package io.evenkeel.metric;

import org.jspecify.annotations.NullMarked;
