package io.weir.statemachine;

import io.weir.logstore.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What follows from the digests that the members reported for one mark. But for {@code own} it follows from the log, so every
 * replica concludes the same.
 *
 * @param index Raft index of the mark
 * @param own what this replica has there
 * @param agreed what a majority of all members has, or null
 * @param disputed whether all members have reported, and no majority agrees: nobody can say who is right
 * @param reports by node id
 */
public record DigestVerdict(
        long index, Digest own, @Nullable Digest agreed, boolean disputed, SortedMap<String, Digest> reports) {
    public DigestVerdict {
        reports = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(reports));
    }

    /** Whether a majority agrees on something else than this replica has. */
    public boolean isDiverged() {
        return agreed != null && !agreed.equals(own);
    }

    /** The members that reported something else than the majority, in the order of their ids. */
    public List<String> minority() {
        List<String> others = new ArrayList<>();
        if (agreed != null) {
            reports.forEach((node, digest) -> {
                if (!digest.equals(agreed)) {
                    others.add(node);
                }
            });
        }
        return others;
    }
}
