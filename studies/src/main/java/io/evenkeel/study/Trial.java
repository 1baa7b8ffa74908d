package io.evenkeel.study;

import io.evenkeel.config.ConfigWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// One run of a study.
///
/// @param arm     the variant that is tried, such as `peri-ln`
/// @param factors where in the grid, such as `lr` to `0.01`
/// @param seed    of its random streams
/// @param config  all that it depends on, the seed included
public record Trial<C extends Record>(String arm, SequencedMap<String, String> factors, long seed, C config) {
    public Trial {
        factors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(factors));
    }

    /// A trial with factors as `name, value, name, value`; numbers are written as [Factor#text] does.
    public static <C extends Record> Trial<C> of(String arm, long seed, C config, Object... factors) {
        var named = new LinkedHashMap<String, String>();
        for (var i = 0; i + 1 < factors.length; i += 2) {
            named.put((String) factors[i], Factor.text(factors[i + 1]));
        }
        return new Trial<>(arm, named, seed, config);
    }

    /// The identity of what is measured: study, version of its code, configuration.
    public String key(Study<C> study) {
        return Factor.sha256(study.id() + " " + study.version() + " " + ConfigWriter.sha256(config));
    }

    @Override
    public String toString() {
        var text = new StringBuilder(arm);
        factors.forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
        return text.append(" seed=").append(seed).toString();
    }
}
