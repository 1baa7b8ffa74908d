/// P03: the OLMo 2 recipe, one change at a time.
@NullMarked
package io.evenkeel.studies.p03;

import org.jspecify.annotations.NullMarked;
