/// P34: normalisation around every sublayer.
@NullMarked
package io.evenkeel.studies.p34;

import org.jspecify.annotations.NullMarked;
