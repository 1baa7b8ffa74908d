/// What tests of every module share. Read [Property] first.
@NullMarked
package io.evenkeel.testing;

import org.jspecify.annotations.NullMarked;
