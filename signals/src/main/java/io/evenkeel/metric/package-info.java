/// Named doubles over the steps of a run, and their store: append-only segment files, a reader that follows a live run,
/// and an index of many runs that can be rebuilt. Read [Readings] first.
@NullMarked
package io.evenkeel.metric;

import org.jspecify.annotations.NullMarked;
