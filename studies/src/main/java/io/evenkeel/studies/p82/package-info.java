/// Grokking at the edge of numerical stability.
@NullMarked
package io.evenkeel.studies.p82;

import org.jspecify.annotations.NullMarked;
