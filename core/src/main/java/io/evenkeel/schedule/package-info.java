/// Learning-rate schedules: pure functions of the step. Read [Schedule] first.
@NullMarked
package io.evenkeel.schedule;

import org.jspecify.annotations.NullMarked;
