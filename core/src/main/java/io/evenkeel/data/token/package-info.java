/// Text into tokens and back. Read [Tokenizer] first.
@NullMarked
package io.evenkeel.data.token;

import org.jspecify.annotations.NullMarked;
