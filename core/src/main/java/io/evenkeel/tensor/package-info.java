@NullMarked
package io.evenkeel.tensor;

import org.jspecify.annotations.NullMarked;
