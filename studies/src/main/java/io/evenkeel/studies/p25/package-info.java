/// P25: what kept GLM-130B trainable, and its weights in four bits.
@NullMarked
package io.evenkeel.studies.p25;

import org.jspecify.annotations.NullMarked;
