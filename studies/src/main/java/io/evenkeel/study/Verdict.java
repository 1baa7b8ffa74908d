package io.evenkeel.study;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a study found, computed from its claims by its rule.
public enum Verdict {
    REPRODUCED,
    PARTLY,
    NOT_REPRODUCED,
    /// The runs cannot tell: too few, or the effect is below the noise of the seeds.
    INCONCLUSIVE;

    /// As files and JSON name it.
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// For people.
    public String text() {
        return this == PARTLY ? "partly reproduced" : name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static Verdict of(String label) {
        return Stream.of(values())
                .filter(verdict -> verdict.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no verdict is named " + label));
    }

    /// When a paper counts as reproduced, and when as partly.
    public record Rule(Condition reproduced, Condition partly) {
        /// The verdict on claims: partly reproduced when that is sure, inconclusive when neither is refuted.
        public Verdict on(List<Claim> claims) {
            var full = reproduced.on(claims);
            var part = partly.on(claims);
            if (full != null && full) {
                return REPRODUCED;
            }
            if (part != null && part) {
                return PARTLY;
            }
            return full == null || part == null ? INCONCLUSIVE : NOT_REPRODUCED;
        }

        /// `reproduced: i and ii; partly: i`.
        public String text() {
            return "reproduced when " + reproduced.text() + "; partly when " + partly.text();
        }
    }

    /// A condition on claims in three-valued logic: true, false, or not known.
    public sealed interface Condition {
        /// Whether it is met; null when that is not known.
        @Nullable
        Boolean on(List<Claim> claims);

        String text();

        /// Claims by id, all of which must hold.
        static Condition all(String... claims) {
            return atLeast(claims.length, claims);
        }

        /// Claims by id, of which so many must hold.
        static Condition atLeast(int count, String... claims) {
            return new AtLeast(count, Stream.of(claims).<Condition>map(Holds::new).toList());
        }

        /// So many of the parts at least.
        static Condition atLeast(int count, Condition... parts) {
            return new AtLeast(count, List.of(parts));
        }

        /// Both.
        default Condition and(Condition other) {
            return new AtLeast(2, List.of(this, other));
        }

        /// One of the two at least.
        default Condition or(Condition other) {
            return new AtLeast(1, List.of(this, other));
        }
    }

    /// A claim holds.
    record Holds(String claim) implements Condition {
        @Override
        public @Nullable Boolean on(List<Claim> claims) {
            return claims.stream()
                    .filter(each -> each.id().equals(claim))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no claim has the id " + claim))
                    .holds();
        }

        @Override
        public String text() {
            return claim;
        }
    }

    /// So many of the parts are met.
    record AtLeast(int count, List<Condition> parts) implements Condition {
        @Override
        public @Nullable Boolean on(List<Claim> claims) {
            var met = 0;
            var unknown = 0;
            for (var part : parts) {
                var outcome = part.on(claims);
                met += outcome != null && outcome ? 1 : 0;
                unknown += outcome == null ? 1 : 0;
            }
            return met >= count ? Boolean.TRUE : met + unknown < count ? Boolean.FALSE : null;
        }

        @Override
        public String text() {
            if (count == parts.size()) {
                return joined(" and ");
            }
            return count == 1 ? "(" + joined(" or ") + ")" : count + " of (" + joined(", ") + ")";
        }

        private String joined(String with) {
            return parts.stream().map(Condition::text).collect(Collectors.joining(with));
        }
    }
}
