package io.evenkeel.gauntlet;

import io.evenkeel.InputException;
import java.util.Arrays;
import java.util.stream.Collectors;

/// One fault at one step, written as `nan-batch@120:7`.
///
/// @param fault what
/// @param step  the step it strikes first, from 1
/// @param seed  which weight, token or byte
public record Strike(Fault fault, long step, long seed) {
    /// Reads one.
    ///
    /// @throws InputException when it is not of the form `FAULT@STEP:SEED`
    public static Strike parse(String text) {
        var parts = text.split("[@:]", -1);
        try {
            if (parts.length == 3) {
                return new Strike(fault(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
            }
        } catch (NumberFormatException e) {
            // Told below with the form that is accepted.
        }
        throw new InputException("a fault must be of the form FAULT@STEP:SEED but was " + text);
    }

    /// The fault of a name.
    ///
    /// @throws InputException naming those there are
    public static Fault fault(String label) {
        return Arrays.stream(Fault.values())
                .filter(fault -> fault.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new InputException("fault must be one of "
                        + Arrays.stream(Fault.values()).map(Fault::label).collect(Collectors.joining(", "))
                        + " but was " + label));
    }

    @Override
    public String toString() {
        return fault.label() + "@" + step + ":" + seed;
    }
}
