/// What every package of Evenkeel shares. Read [InputException] first.
@NullMarked
package io.evenkeel;

import org.jspecify.annotations.NullMarked;
