/// Data: corpora and sets by name, tokenizers, token files, and deterministic batches with an exact cursor.
///
/// Read [BatchSource] first.
@NullMarked
package io.evenkeel.data;

import org.jspecify.annotations.NullMarked;
