/// P38: a windowed vision Transformer that scales in depth and resolution.
@NullMarked
package io.evenkeel.studies.p38;

import org.jspecify.annotations.NullMarked;
