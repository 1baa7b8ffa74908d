/// Detectors: readings in, events out; and the verdict on a run. The same classes serve the guard of a live run,
/// reports of finished ones, and logs of other tools: they count points, not steps, and need no more than a loss. Read
/// [Detectors] first, then [Divergence] with [Progress] for how a loss is judged, then [Judge].
@NullMarked
package io.evenkeel.detect;

import org.jspecify.annotations.NullMarked;
