/// The detectors in the training loop of the Deep Java Library. Read [StabilityListener].
@NullMarked
package io.evenkeel.djl;

import org.jspecify.annotations.NullMarked;
