/// Data: corpora and sets by name, token files, and deterministic batches with an exact cursor.
///
/// Read [BatchSource] first, then [ShuffledBatches] for where the order comes from and [TextData] for text.
@NullMarked
package io.evenkeel.data;

import org.jspecify.annotations.NullMarked;
