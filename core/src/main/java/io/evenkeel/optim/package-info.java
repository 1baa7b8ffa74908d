/// Optimizers: gradient transforms, update rules, parameter groups. Read [Optimizer] first.
@NullMarked
package io.evenkeel.optim;

import org.jspecify.annotations.NullMarked;
