package io.weir.consensus.partition;

import io.weir.logstore.Digest;
import io.weir.protocol.DigestReport;
import io.weir.protocol.DigestReports;
import io.weir.protocol.LogEntry;
import io.weir.statemachine.DigestVerdict;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the replicas of a partition compare what they hold. A leader puts a mark into the log now and then; every
 * replica tells the leader what digest it has there; the leader puts all that it was told into the log. What follows from it
 * every replica concludes for itself ({@link DigestVerdict}), so a leader that is wrong itself cannot persuade anybody.
 *
 * <p>The leader is whoever leads when it applies the mark, whoever proposed it. What is lost on the way, reports or a
 * leader, costs one comparison: the next mark makes up for it.
 *
 * <p>Any thread. Raft is called outside of the lock: what hangs on its futures may come while Raft holds its own.
 */
final class DigestWatch {
    /** What a leader is at. */
    private enum Phase {
        /** Waits for the next mark to be due. */
        IDLE,
        /** A mark is on its way through the log. */
        MARKING,
        /** The mark is applied here; the others report. */
        COLLECTING,
        /** The reports are on their way through the log. */
        REPORTING
    }

    /** Reports that come before this node has applied their mark are kept for so many marks. */
    private static final int MAX_EARLY_MARKS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(DigestWatch.class);

    private final int partition;
    private final String self;
    private final List<String> members;
    private final MarkPolicy policy;
    private final RaftPort raft;
    private final DigestReporter reporter;
    private final LongSupplier stampMs;
    private final TreeMap<Long, Map<String, Digest>> early = new TreeMap<>();

    private Phase phase = Phase.IDLE;
    private long attempt;
    private long sinceNanos;
    private long markIndex = -1;
    private Map<String, Digest> reports = new TreeMap<>();
    private long entriesSinceMark;
    private boolean mustRepeat;

    /**
     * @param members all members of the cluster, this node among them
     * @param stampMs the stamp of entries that this node proposes, in milliseconds since the epoch
     * @param disputed whether the last mark was disputed
     * @param nowNanos in the time of {@link System#nanoTime}, as everywhere here
     */
    DigestWatch(
            int partition,
            String self,
            List<String> members,
            MarkPolicy policy,
            RaftPort raft,
            DigestReporter reporter,
            LongSupplier stampMs,
            boolean disputed,
            long nowNanos) {
        this.partition = partition;
        this.self = self;
        this.members = List.copyOf(members);
        this.policy = policy;
        this.raft = raft;
        this.reporter = reporter;
        this.stampMs = stampMs;
        this.mustRepeat = disputed;
        this.sinceNanos = nowNanos;
    }

    /** An entry is applied, and visible; in the order of the log. */
    void applied(long index, Applied entry, long nowNanos) {
        Digest marked = entry.marked();
        if (marked != null) {
            marked(index, marked, nowNanos);
        }
        synchronized (this) {
            DigestVerdict verdict = entry.verdict();
            if (verdict != null && (verdict.disputed() || verdict.agreed() != null)) {
                mustRepeat = verdict.disputed() || !verdict.minority().isEmpty();
            }
            if (!entry.outcomes().isEmpty()) {
                entriesSinceMark++;
            }
        }
    }

    private void marked(long index, Digest digest, long nowNanos) {
        RaftView view = raft.view();
        synchronized (this) {
            entriesSinceMark = 0;
            sinceNanos = nowNanos;
            markIndex = index;
            if (view.leads()) {
                phase = Phase.COLLECTING;
                reports = new TreeMap<>();
                reports.putAll(early.getOrDefault(index, Map.of()));
                reports.put(self, digest);
            }
            early.headMap(index, true).clear();
        }
        if (!view.leads() && !view.leader().isEmpty()) {
            reporter.report(view.leader(), partition, index, digest);
        }
    }

    /** A member tells what it found at a mark; of use only to the leader. */
    synchronized void reported(String member, long index, Digest digest) {
        if (!members.contains(member)) {
            LOG.warn("partition {}: {} is no member, but reports a digest", partition, member);
        } else if (index == markIndex && phase == Phase.COLLECTING) {
            reports.put(member, digest);
        } else if (index > markIndex) {
            early.computeIfAbsent(index, i -> new TreeMap<>()).put(member, digest);
            if (early.size() > MAX_EARLY_MARKS) {
                early.pollFirstEntry();
            }
        }
    }

    /** Does what is due; to be called every few dozen milliseconds. */
    void tick(long nowNanos) {
        RaftView view = raft.view();
        LogEntry entry;
        long id;
        synchronized (this) {
            if (!view.leads() || !view.leaderReady() || members.size() < 2) {
                phase = Phase.IDLE;
                return;
            }
            entry = next(nowNanos);
            id = attempt;
        }
        if (entry != null) {
            var unused = raft.announce(entry.toByteArray()).whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.debug("partition {}: a mark or its reports did not get into the log", partition, failure);
                }
                ended(id);
            });
        }
    }

    /** The entry to propose now, or null. */
    private @Nullable LogEntry next(long nowNanos) {
        long elapsedMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - sinceNanos);
        if (phase == Phase.IDLE && isDue(elapsedMs)) {
            phase = Phase.MARKING;
            attempt++;
            sinceNanos = nowNanos;
            return entry().setDigestMark(true).build();
        }
        if (phase != Phase.COLLECTING) {
            return null;
        }
        boolean isLate = elapsedMs >= policy.reportMs();
        if (reports.size() == members.size() || (isLate && 2 * reports.size() > members.size())) {
            phase = Phase.REPORTING;
            attempt++;
            return entry().setDigestReports(reports()).build();
        }
        if (isLate) {
            phase = Phase.IDLE;
        }
        return null;
    }

    private boolean isDue(long elapsedMs) {
        return entriesSinceMark >= policy.entries()
                || (elapsedMs >= policy.intervalMs() && (entriesSinceMark > 0 || mustRepeat));
    }

    private LogEntry.Builder entry() {
        return LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(stampMs.getAsLong());
    }

    private DigestReports reports() {
        DigestReports.Builder all =
                DigestReports.newBuilder().setIndex(markIndex).setMembers(members.size());
        reports.forEach((node, digest) -> all.addReports(DigestReport.newBuilder()
                .setNodeId(node)
                .setDigestHigh(digest.high())
                .setDigestLow(digest.low())));
        return all.build();
    }

    /** Raft has finished with a proposal, in one way or the other; an applied mark has moved on to collecting before. */
    private synchronized void ended(long id) {
        if (id == attempt && (phase == Phase.MARKING || phase == Phase.REPORTING)) {
            phase = Phase.IDLE;
        }
    }
}
