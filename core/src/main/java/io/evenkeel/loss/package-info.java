/// Losses. Read [LanguageModelLoss] first.
@NullMarked
package io.evenkeel.loss;

import org.jspecify.annotations.NullMarked;
