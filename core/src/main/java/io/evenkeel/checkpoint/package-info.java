/// Checkpoints: the whole state of a run on disk, valid or refused.
///
/// Read [CheckpointStore] first (layout, validity, retention), then [CheckpointWriter] (snapshot on the training
/// thread,
/// writing behind it) and [Safetensors] (the file format of tensors).
@NullMarked
package io.evenkeel.checkpoint;

import org.jspecify.annotations.NullMarked;
