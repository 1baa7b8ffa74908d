/// AdaBelief: valleys, clothes and a ring of Gaussians.
@NullMarked
package io.evenkeel.studies.p33;

import org.jspecify.annotations.NullMarked;
