/// P61: warmup, stable, decay, and on from the decayed weights.
@NullMarked
package io.evenkeel.studies.p61;

import org.jspecify.annotations.NullMarked;
