package io.evenkeel.data;

import io.evenkeel.config.Doc;
import io.evenkeel.loss.LanguageModelLoss;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Windows of text in which a few tokens repeat over and over: they teach nothing, and make the gradient spike. Their
/// targets are not counted.
///
/// @param maxLength longest run of tokens that is looked for, `>= 1`
/// @param minCount  times in a row that it must stand there, `>= 2`
/// @paper P03 13 and 32
public record RepeatedNgrams(
        @Doc("longest run of tokens that is looked for, >= 1")
        int maxLength,

        @Doc("times in a row that it stands there, >= 2") int minCount) {
    public RepeatedNgrams {
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be >= 1 but was " + maxLength);
        }
        if (minCount < 2) {
            throw new IllegalArgumentException("minCount must be >= 2 but was " + minCount);
        }
    }

    public static RepeatedNgrams defaults() {
        return new RepeatedNgrams(13, 32);
    }

    /// Whether some run of at most `maxLength` tokens stands `minCount` times in a row.
    public boolean in(long... tokens) {
        for (var length = 1; length <= maxLength; length++) {
            var same = 0;
            for (var i = length; i < tokens.length; i++) {
                same = tokens[i] == tokens[i - length] ? same + 1 : 0;
                if (same >= (minCount - 1) * length) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Leaves the targets of a row out of the loss when its inputs repeat.
    ///
    /// @param inputs  `[B, T]` INT64
    /// @param targets `[B, T]` INT64
    /// @return whether they do
    public boolean ignore(MemorySegment inputs, MemorySegment targets, long row, int context) {
        var from = row * context;
        var tokens = new long[context];
        for (var i = 0; i < context; i++) {
            tokens[i] = inputs.getAtIndex(ValueLayout.JAVA_LONG, from + i);
        }
        if (!in(tokens)) {
            return false;
        }
        for (var i = 0; i < context; i++) {
            targets.setAtIndex(ValueLayout.JAVA_LONG, from + i, LanguageModelLoss.IGNORED);
        }
        return true;
    }
}
