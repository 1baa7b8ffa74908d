/// P49: weights over their spectral norm, against the collapse of attention.
@NullMarked
package io.evenkeel.studies.p49;

import org.jspecify.annotations.NullMarked;
