package io.evenkeel.log;

import java.util.List;

/// A collective or point-to-point operation as one rank saw it.
///
/// @param rank             the rank that recorded it
/// @param group            id of the process group
/// @param groupName        what the group is for, empty when unknown
/// @param ranks            the members of the group, empty when unknown
/// @param sequence         number of the operation within its group; for point-to-point ones counted apart
/// @param operation        name, such as `nccl:all_reduce`
/// @param pointToPoint     whether it is a send or receive
/// @param createdSeconds   when it was enqueued, seconds since 1970-01-01T00:00Z
/// @param startedSeconds   when it was seen to run, NaN if never
/// @param completedSeconds when it was seen to be done, NaN if never
/// @param timeoutSeconds   after which the job gives up, NaN when unknown
public record Collective(
        int rank,
        String group,
        String groupName,
        List<Integer> ranks,
        long sequence,
        String operation,
        boolean pointToPoint,
        State state,
        double createdSeconds,
        double startedSeconds,
        double completedSeconds,
        double timeoutSeconds) {
    public Collective {
        ranks = List.copyOf(ranks);
    }

    /// How far the operation came.
    public enum State {
        SCHEDULED,
        STARTED,
        COMPLETED,
        UNKNOWN
    }
}
