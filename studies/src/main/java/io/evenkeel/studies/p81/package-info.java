/// Stable-SPAM: training with four bits.
@NullMarked
package io.evenkeel.studies.p81;

import org.jspecify.annotations.NullMarked;
