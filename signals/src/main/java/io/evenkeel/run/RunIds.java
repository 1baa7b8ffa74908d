package io.evenkeel.run;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/// Ids of runs: UUIDs of version 7 (RFC 9562), which sort by the time they were made.
public final class RunIds {
    private static final long NANOS = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long FRACTIONS = 1 << 12;
    private static final AtomicLong LAST = new AtomicLong();

    private RunIds() {}

    /// A new id, larger than every earlier one of this process. The 12 bits behind the milliseconds are their
    /// fraction (method 3 of the RFC, section 6.2); the other 62 are random.
    public static UUID next(Instant now) {
        var nanos = now.getEpochSecond() * NANOS + now.getNano();
        var ticks = nanos / NANOS_PER_MILLI * FRACTIONS + nanos % NANOS_PER_MILLI * FRACTIONS / NANOS_PER_MILLI;
        var unique = LAST.updateAndGet(last -> Math.max(last + 1, ticks));
        var high = (unique / FRACTIONS) << 16 | 0x7000 | unique % FRACTIONS;
        // The low half of a random UUID has the variant bits that version 7 wants too.
        return new UUID(high, UUID.randomUUID().getLeastSignificantBits());
    }

    /// When an id of version 7 was made, to the millisecond.
    public static Instant time(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }
}
