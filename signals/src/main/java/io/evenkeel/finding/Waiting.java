package io.evenkeel.finding;

import io.evenkeel.log.Collective;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Who keeps the ranks of a distributed job waiting, from what each recorded of its collective operations.
///
/// - A rank that has nothing pending although others wait for it in a group is outside of communication.
/// - A rank whose first pending operation of a group lies before the first pending one of another member has not
///   completed what the other has: its device or its network does not answer.
final class Waiting {
    private static final int MOST_GROUPS = 100_000;

    private final Map<String, Group> groups = new HashMap<>();
    private final Set<Integer> ranks = new TreeSet<>();

    private static final class Group {
        final Set<Integer> members = new TreeSet<>();
        final Map<Integer, Long> firstPending = new TreeMap<>();
        final Map<Integer, Long> completed = new TreeMap<>();
        String operation = "";
        String name = "";
    }

    /// A rank that others wait for.
    ///
    /// @param silent   whether it is outside of communication
    /// @param evidence one sentence
    /// @param waiting  ranks that wait for it
    record Culprit(int rank, boolean silent, String evidence, int waiting) {}

    void add(Collective collective) {
        ranks.add(collective.rank());
        if (collective.pointToPoint() || groups.size() > MOST_GROUPS) {
            return;
        }
        var group = groups.computeIfAbsent(collective.group(), _ -> new Group());
        group.members.addAll(collective.ranks());
        group.members.add(collective.rank());
        group.name = collective.groupName().isEmpty() ? "group " + collective.group() : collective.groupName();
        if (collective.state() == Collective.State.COMPLETED) {
            group.completed.merge(collective.rank(), collective.sequence(), Math::max);
        } else {
            var before = group.firstPending.get(collective.rank());
            if (before == null || collective.sequence() < before) {
                group.firstPending.put(collective.rank(), collective.sequence());
                group.operation = collective.operation();
            }
        }
    }

    /// A rank took part although it recorded no operation.
    void saw(int rank) {
        ranks.add(rank);
    }

    /// The ranks that others wait for, in order.
    List<Culprit> culprits() {
        var pending = new TreeSet<Integer>();
        groups.values().forEach(group -> pending.addAll(group.firstPending.keySet()));
        var culprits = new TreeMap<Integer, Culprit>();
        for (var entry : groups.values()) {
            for (var rank : entry.members) {
                if (!ranks.contains(rank) || culprits.containsKey(rank)) {
                    continue;
                }
                if (!pending.contains(rank) && !entry.firstPending.isEmpty()) {
                    culprits.put(rank, silent(rank, entry));
                } else if (entry.firstPending.containsKey(rank)) {
                    var behind = behind(rank, entry);
                    if (behind > 0) {
                        culprits.put(rank, stuck(rank, entry, behind));
                    }
                }
            }
        }
        return new ArrayList<>(culprits.values());
    }

    private static int behind(int rank, Group group) {
        long first = group.firstPending.getOrDefault(rank, Long.MAX_VALUE);
        return (int) group.members.stream()
                .filter(other -> other != rank
                        && (group.firstPending.getOrDefault(other, -1L) > first
                                || group.completed.getOrDefault(other, -1L) >= first))
                .count();
    }

    private static Culprit silent(int rank, Group group) {
        return new Culprit(
                rank,
                true,
                "rank " + rank + " has no operation pending while " + group.firstPending.size() + " rank(s) of "
                        + group.name + " wait in " + group.operation,
                group.firstPending.size());
    }

    private static Culprit stuck(int rank, Group group, int behind) {
        return new Culprit(
                rank,
                false,
                "rank " + rank + " has not completed operation " + group.firstPending.get(rank) + " of " + group.name
                        + ", which " + behind + " other member(s) have",
                behind);
    }
}
