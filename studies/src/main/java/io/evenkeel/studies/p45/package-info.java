/// P45: softplus attention with re-weighting, beyond the trained length.
@NullMarked
package io.evenkeel.studies.p45;

import org.jspecify.annotations.NullMarked;
