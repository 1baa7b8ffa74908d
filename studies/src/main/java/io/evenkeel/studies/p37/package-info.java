/// Tune mode: convolutions with frozen batch norms, folded in every pass.
@NullMarked
package io.evenkeel.studies.p37;

import org.jspecify.annotations.NullMarked;
