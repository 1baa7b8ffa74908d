package io.evenkeel.study;

import java.util.function.Consumer;

/// How far a study is, and how much longer it takes if trials go on as they did.
final class Progress {
    private final int trials;
    private final int known;
    private final int jobs;
    private final Consumer<String> log;
    private final long start = System.nanoTime();
    private int ran;

    Progress(int trials, int known, int jobs, Consumer<String> log) {
        this.trials = trials;
        this.known = known;
        this.jobs = jobs;
        this.log = log;
        if (known > 0) {
            log.accept(known + " of " + trials + " trials are known from before");
        }
    }

    synchronized void done(String trial, double seconds) {
        ran++;
        var elapsed = (System.nanoTime() - start) / 1e9;
        var left = trials - known - ran;
        var remaining = elapsed / ran * left;
        log.accept((known + ran) + "/" + trials + "  " + trial + "  " + Texts.number(seconds) + " s"
                + (left == 0 ? "" : ", about " + Texts.duration(remaining) + " left")
                + (ran == jobs && left > jobs ? " (first estimate)" : ""));
    }

    synchronized int ran() {
        return ran;
    }
}
