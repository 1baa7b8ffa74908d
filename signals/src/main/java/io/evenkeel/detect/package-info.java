/// Detectors: readings in, events out. Read [Detector] first.
@NullMarked
package io.evenkeel.detect;

import org.jspecify.annotations.NullMarked;
