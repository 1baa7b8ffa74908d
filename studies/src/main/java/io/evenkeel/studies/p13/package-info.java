/// P13: a fast and a slow module that reason in turns.
@NullMarked
package io.evenkeel.studies.p13;

import org.jspecify.annotations.NullMarked;
