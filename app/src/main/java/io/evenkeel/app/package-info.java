@NullMarked
package io.evenkeel.app;

import org.jspecify.annotations.NullMarked;
