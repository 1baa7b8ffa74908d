/// Tensors on libtorch: the only package that imports the bindings (`org.bytedeco`).
///
/// Read [Tensor] first, then [Scope] (who frees what), [Autograd] and [Engine] (how libtorch is loaded and set up).
/// [Functional] has the operations of layers and losses, [Tensors] the constructors, [Linalg] the decompositions,
/// [Aten] the door to every other operator by name.
@NullMarked
package io.evenkeel.tensor;

import org.jspecify.annotations.NullMarked;
