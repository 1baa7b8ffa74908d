package io.evenkeel.train;

import io.evenkeel.run.RunDirectory;

final class RunVerdict {
    private RunVerdict() {}

    static String of(RunDirectory directory) {
        return "unknown";
    }
}
