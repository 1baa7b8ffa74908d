/// Data-parallel workers of one machine: threads that do their parts of each step side by side, watched by a thread of
/// its own that names one that hangs and leaves it out.
///
/// Read [WorkerGroup] first.
@NullMarked
package io.evenkeel.worker;

import org.jspecify.annotations.NullMarked;
