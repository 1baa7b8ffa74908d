/// How good detectors are, measured: ours and published rules on labelled logs of real runs and on injected faults.
/// Read [DetectorBench] first.
@NullMarked
package io.evenkeel.detect.bench;

import org.jspecify.annotations.NullMarked;
