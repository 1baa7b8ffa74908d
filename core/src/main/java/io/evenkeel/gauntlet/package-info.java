/// Faults on purpose: what goes wrong in real training, injected at seeded moments into a run, to see what survives.
///
/// Read [Fault] first (the catalogue), then [FaultInjector].
@NullMarked
package io.evenkeel.gauntlet;

import org.jspecify.annotations.NullMarked;
