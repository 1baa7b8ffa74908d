/// Lets language models write. Read [Sampler] first.
@NullMarked
package io.evenkeel.generate;

import org.jspecify.annotations.NullMarked;
