/// Optimizers: gradient transforms, update rules, parameter groups. Read [Optimizer] first, then [Chain], which is the
/// one that there is: [GradientTransform]s in order, then an [UpdateRule] on each [Run] of parameters.
/// [OptimizerConfig]
/// makes it from a configuration; a transform or rule of one's own goes to the constructor of [Chain].
@NullMarked
package io.evenkeel.optim;

import org.jspecify.annotations.NullMarked;
