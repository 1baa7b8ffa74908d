/// Layers and models over plain tensors: what they compute and which parameters they have.
///
/// Read [Module] and [Parameters] first (names, flat buffers), then `Decoder`, the language model that studies vary.
@NullMarked
package io.evenkeel.nn;

import org.jspecify.annotations.NullMarked;
