package io.evenkeel.study;

import java.util.List;

/// What a study tells about itself.
///
/// @param mechanism  how the method works, in about five lines
/// @param setup      what is trained here, on which data, in which arms
/// @param deviations from the paper, and why
/// @param usage      the configuration that uses the method, as YAML; it is tested to be one
/// @param headline   id of the claim that tells the method's effect
public record Description(
        List<String> mechanism, String setup, List<String> deviations, String usage, String headline) {
    public Description {
        mechanism = List.copyOf(mechanism);
        deviations = List.copyOf(deviations);
    }
}
