/// DynMoLE: mixtures of low-rank experts with routing by entropy.
@NullMarked
package io.evenkeel.studies.p18;

import org.jspecify.annotations.NullMarked;
