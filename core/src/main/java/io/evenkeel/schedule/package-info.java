/// Learning-rate schedules: pure functions of the step. Read [Schedule] first, then [Course], which the configuration
/// chooses from. [Rewarmed] and [Scaled] change another schedule from a step on.
@NullMarked
package io.evenkeel.schedule;

import org.jspecify.annotations.NullMarked;
