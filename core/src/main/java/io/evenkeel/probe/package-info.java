/// Probes: tensors in, named doubles out; training goes on as if they were not there.
///
/// Read [ProbeSet] first (when what runs), then [Probe] (the kinds), [StepView] (what they may read) and [Probes] (the
/// list). [LossCurvature], [Lanczos], [Spectrum], [LyapunovExponents] and [Cka] are the mathematics, usable alone.
@NullMarked
package io.evenkeel.probe;

import org.jspecify.annotations.NullMarked;
