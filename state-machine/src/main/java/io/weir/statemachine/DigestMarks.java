package io.weir.statemachine;

import io.weir.logstore.Digest;
import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.DigestReport;
import io.weir.protocol.DigestReports;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Marks in the log at which replicas compare what they hold. Applying a mark takes the digest of the state and of all rows;
 * applying the reports of a mark draws the conclusion. What they write is not part of any digest.
 */
final class DigestMarks {
    private final FieldHash hash = new FieldHash();

    /** Takes the digest after an entry, whose state the batch has already. */
    Digest mark(long index, WriteBatch batch) {
        Digest digest = digest(batch);
        batch.setDigestMark(batch.digestMark().at(index, digest));
        return digest;
    }

    /** Over all that a partition's replicas must have in common. */
    private Digest digest(WriteBatch batch) {
        PartitionState state = batch.state();
        hash.begin();
        hash.number(state.appliedTerm());
        hash.number(state.appliedIndex());
        hash.number(state.nextPosition());
        hash.number(state.nextStreamId());
        hash.number(state.logTimeMs());
        hash.number(state.digest().high());
        hash.number(state.digest().low());
        long[] tables = batch.tableDigests().toLongs();
        hash.number(tables.length);
        for (long part : tables) {
            hash.number(part);
        }
        return hash.finishDigest();
    }

    /**
     * Concludes from the reports of a mark.
     *
     * @return null if they are not about the last mark of this replica: it has come from a copy since, or the reports are late
     */
    @Nullable
    DigestVerdict conclude(DigestReports reports, WriteBatch batch) {
        DigestMark mark = batch.digestMark();
        if (mark.index() < 0 || reports.getIndex() != mark.index()) {
            return null;
        }
        SortedMap<String, Digest> byNode = new TreeMap<>();
        for (DigestReport report : reports.getReportsList()) {
            byNode.putIfAbsent(report.getNodeId(), new Digest(report.getDigestHigh(), report.getDigestLow()));
        }
        long members = Math.max(Integer.toUnsignedLong(reports.getMembers()), byNode.size());
        Digest agreed = majority(byNode, members);
        boolean disputed = agreed == null && byNode.size() == members;
        if (agreed != null) {
            batch.setDigestMark(mark.agreedOn(mark.index(), agreed));
        } else if (disputed) {
            batch.setDigestMark(mark.disputedAt(mark.index()));
        }
        return new DigestVerdict(mark.index(), mark.digest(), agreed, disputed, byNode);
    }

    private static @Nullable Digest majority(SortedMap<String, Digest> reports, long members) {
        for (Digest candidate : reports.values()) {
            long votes = reports.values().stream().filter(candidate::equals).count();
            if (2 * votes > members) {
                return candidate;
            }
        }
        return null;
    }
}
