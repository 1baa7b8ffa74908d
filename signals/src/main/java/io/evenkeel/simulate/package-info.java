/// Simulation by events of a data-parallel training job of many workers that fail, under different ways to recover:
/// what share of the time survives as training.
///
/// Read [Simulation] first, then [Policy] (the ways to recover) and [SimulationReport] (the sweep over numbers of
/// workers). Times are in seconds.
@NullMarked
package io.evenkeel.simulate;

import org.jspecify.annotations.NullMarked;
