/// The run directory: everything that is known of a run, in files that other tools can read. Who shows or judges a run
/// reads only this.
///
/// Read [RunDirectory] first (layout), then [RunWriter] (how a live run is written without slowing it) and [RunIndex]
/// (many runs at once).
@NullMarked
package io.evenkeel.run;

import org.jspecify.annotations.NullMarked;
