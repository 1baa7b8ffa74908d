/// STABLE-RPS: one small array in place of all weights, against pruning.
@NullMarked
package io.evenkeel.studies.p78;

import org.jspecify.annotations.NullMarked;
