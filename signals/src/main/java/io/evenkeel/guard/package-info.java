/// Guards: events in, decisions out. Doubles and steps only, so that the same policy runs live and in simulation.
///
/// Read [Guard] first (the recovery loop), then [Decision] and [Ladder].
@NullMarked
package io.evenkeel.guard;

import org.jspecify.annotations.NullMarked;
