/// Which minima stochastic gradient descent can stay at, and what that says about them.
@NullMarked
package io.evenkeel.studies.p60;

import org.jspecify.annotations.NullMarked;
