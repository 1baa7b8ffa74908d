/// The one door to random numbers: named, splittable streams from one seed, whose state saves and restores exactly.
/// Read [RandomStream] first.
@NullMarked
package io.evenkeel.random;

import org.jspecify.annotations.NullMarked;
