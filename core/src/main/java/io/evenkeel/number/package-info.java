/// Numbers of few bits, simulated: tensors keep their type and hold only values that the format has. Read
/// [NumberFormat] first; [Reduction] reduces what linear layers and convolutions multiply.
@NullMarked
package io.evenkeel.number;

import org.jspecify.annotations.NullMarked;
