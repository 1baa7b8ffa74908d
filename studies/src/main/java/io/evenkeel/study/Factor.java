package io.evenkeel.study;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Values of a grid's factors as text.
final class Factor {
    private static final int KEY_LENGTH = 24;

    private Factor() {}

    /// Numbers without a needless fraction: `16`, `0.001`, `3e-4` stays what [Double#toString] makes of it.
    static String text(Object value) {
        return value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e9
                ? Long.toString(number.longValue())
                : value.toString();
    }

    static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, KEY_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
