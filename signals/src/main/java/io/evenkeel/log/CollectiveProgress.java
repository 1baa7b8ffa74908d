package io.evenkeel.log;

import java.util.List;

/// How far one rank came in one process group: the sequence numbers of its last operations. A rank that enqueued less
/// than the others of the group is the one they wait for.
///
/// @param ranks         the members of the group, empty when unknown
/// @param lastEnqueued  -1 for none, like the others
public record CollectiveProgress(
        int rank,
        String group,
        String groupName,
        List<Integer> ranks,
        long lastEnqueued,
        long lastStarted,
        long lastCompleted) {
    public CollectiveProgress {
        ranks = List.copyOf(ranks);
    }
}
