package io.weir.jepsen.simulator;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.Lock;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Decided;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.Requirement;
import io.weir.protocol.TransactionRecord;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.TransactionStep;
import io.weir.statemachine.PartitionStateMachine.Applied;
import io.weir.statemachine.TransactionKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Looks at all of a partition's store after each entry, at what has changed since the last one in detail. */
final class PartitionAudit {
    private final World world;
    private final int partition;
    private Map<TransactionKey, Known> known = new TreeMap<>();
    private Map<TransactionKey, Known> before = known;
    private long nextPosition;

    /** A transaction as it was found. */
    private record Known(byte[] raw, TransactionRecord record, Prepare staged, Map<StreamKey, Boolean> locks) {
        boolean isStaged() {
            return record.getState() == State.STAGED;
        }
    }

    PartitionAudit(World world, int partition) {
        this.world = world;
        this.partition = partition;
    }

    void check(LogStore store, LogEntry entry, Applied applied) {
        try (ReadView view = store.openRead()) {
            List<Known> committed = new ArrayList<>();
            checkRecords(view, committed);
            checkGone(entry, committed);
            checkEvents(view, committed);
            checkLocks(view);
        } catch (InvalidProtocolBufferException e) {
            world.broken(Broken.FAILURE, "p" + partition + " holds a row that is no message: " + e);
        }
        for (int i = 0; i < entry.getProposalsCount(); i++) {
            Outcome outcome = applied.outcomes().get(i);
            if (entry.getProposals(i).hasStep()) {
                checkOutcome(entry.getProposals(i).getStep(), outcome);
            } else if (outcome.hasLocked()) {
                world.count("command: LOCKED");
            }
        }
    }

    private void checkRecords(ReadView view, List<Known> committed) throws InvalidProtocolBufferException {
        Map<TransactionKey, Known> found = new TreeMap<>();
        before = known;
        for (TransactionKey key = view.nextTransaction(null); key != null; key = view.nextTransaction(key)) {
            byte[] raw = Objects.requireNonNull(view.transaction(key), "it was listed");
            Known was = known.get(key);
            boolean isSame = was != null && Arrays.equals(was.raw, raw);
            Known now = isSame ? was : changed(view, key, raw, was, committed);
            found.put(key, now);
        }
        known = found;
    }

    /** What is resolved past its expiry goes in the same entry. */
    private void checkGone(LogEntry entry, List<Known> committed) {
        before.forEach((key, was) -> {
            if (!was.isStaged() || known.containsKey(key)) {
                return;
            }
            TransactionStep resolve = entry.getProposalsList().stream()
                    .map(Proposal::getStep)
                    .filter(step -> step.hasResolve()
                            && TransactionKeys.key(step.getId()).equals(key))
                    .findFirst()
                    .orElse(null);
            if (resolve == null) {
                world.broken(Broken.LOCKS, key + " was staged in p" + partition + ", and is gone without a decision");
            } else if (resolve.getResolve().getCommit()) {
                world.ledger().committed(key, partition);
                committed.add(was);
            } else {
                world.ledger().aborted(key, partition);
            }
        });
    }

    private Known changed(ReadView view, TransactionKey key, byte[] raw, @Nullable Known former, List<Known> committed)
            throws InvalidProtocolBufferException {
        TransactionRecord record = TransactionRecord.parseFrom(raw);
        byte[] staged = view.staged(key);
        Prepare prepare = staged == null ? Prepare.getDefaultInstance() : Prepare.parseFrom(staged);
        boolean isStaged = record.getState() == State.STAGED;
        Known now = new Known(raw, record, prepare, isStaged ? locks(prepare) : Map.of());
        if (record.hasDecision()) {
            world.ledger().decided(key, record.getDecision());
        }
        State was = former == null ? State.UNSPECIFIED : former.record.getState();
        if (was == record.getState()) {
            return now;
        }
        switch (record.getState()) {
            case STAGED -> {
                world.ledger().staged(key, partition);
                if (staged == null) {
                    world.broken(Broken.LOCKS, key + " is staged in p" + partition + " without its events");
                }
            }
            case COMMITTED -> {
                world.ledger().committed(key, partition);
                if (former == null || !former.isStaged()) {
                    world.broken(Broken.ONE_FATE, key + " commits in p" + partition + ", where it was not staged");
                } else {
                    committed.add(former);
                }
            }
            case ABORTED -> world.ledger().aborted(key, partition);
            case NO, FORGOTTEN -> {}
            default -> world.broken(Broken.FAILURE, key + " is " + record + " in p" + partition);
        }
        return now;
    }

    private static Map<StreamKey, Boolean> locks(Prepare prepare) {
        Map<StreamKey, Boolean> locks = new HashMap<>();
        for (Append append : prepare.getAppendsList()) {
            locks.merge(World.key(append.getStream()), append.getEventsCount() > 0, Boolean::logicalOr);
        }
        for (Requirement requirement : prepare.getRequirementsList()) {
            locks.merge(World.key(requirement.getStream()), false, Boolean::logicalOr);
        }
        return locks;
    }

    /** What is new stands behind the rest; of transactions over several partitions all or nothing, where the vote said. */
    private void checkEvents(ReadView view, List<Known> committed) {
        Map<Integer, Long> fresh = new HashMap<>();
        view.readPartition(nextPosition, true, (header, buffer, offset, length) -> {
            int value = Streams.value(buffer, offset);
            if (header.position() != nextPosition) {
                world.broken(
                        Broken.DENSE,
                        "p" + partition + " has position " + header.position() + " instead of " + nextPosition);
            }
            nextPosition = header.position() + 1;
            fresh.put(value, header.revision());
            world.ledger().appeared(world.streams().number(header.stream()), header.revision(), value);
            return true;
        });
        if (view.state().nextPosition() != nextPosition) {
            world.broken(
                    Broken.DENSE,
                    "p" + partition + " goes on at position " + view.state().nextPosition() + " instead of "
                            + nextPosition);
        }
        Set<Integer> explained = new HashSet<>();
        for (Known transaction : committed) {
            checkPart(transaction, fresh, explained);
        }
        for (int value : fresh.keySet()) {
            if (world.isDistributed(value) && !explained.contains(value)) {
                world.broken(Broken.ONE_FATE, "value " + value + " is visible in p" + partition + " without a commit");
            }
        }
    }

    private void checkPart(Known transaction, Map<Integer, Long> fresh, Set<Integer> explained) {
        for (int i = 0; i < transaction.staged.getAppendsCount(); i++) {
            Append append = transaction.staged.getAppends(i);
            Appended vote = transaction.record.getVote().getYes().getAppends(i);
            for (int event = 0; event < append.getEventsCount(); event++) {
                int value = Streams.value(append.getEvents(event));
                long revision = vote.getFirstRevision() + event;
                Long actual = fresh.get(value);
                explained.add(value);
                if (actual == null || actual != revision) {
                    world.broken(
                            Broken.DENSE,
                            "value " + value + " was to have revision " + revision + " in p" + partition + " and has "
                                    + actual);
                }
            }
        }
    }

    private void checkLocks(ReadView view) {
        int[] expected = new int[1];
        known.values().forEach(transaction -> expected[0] += transaction.locks.size());
        Lock[] before = new Lock[1];
        view.visitLocks(lock -> {
            Known holder = known.get(lock.holder());
            Boolean isExclusive = holder == null ? null : holder.locks.get(lock.stream());
            if (isExclusive == null || isExclusive != lock.exclusive()) {
                world.broken(
                        Broken.LOCKS,
                        "p" + partition + " has " + lock + " of "
                                + (holder == null ? "nobody" : holder.record.getState()));
            }
            Lock other = before[0];
            if (other != null && other.stream().equals(lock.stream()) && (other.exclusive() || lock.exclusive())) {
                world.broken(Broken.LOCKS, "p" + partition + " has " + lock + " and " + other);
            }
            before[0] = lock;
            expected[0]--;
            return true;
        });
        if (expected[0] != 0) {
            world.broken(Broken.LOCKS, "p" + partition + " lacks " + expected[0] + " locks of what is staged");
        }
    }

    private void checkOutcome(TransactionStep step, Outcome outcome) {
        TransactionKey key = TransactionKeys.key(step.getId());
        world.count(step.getStepCase() + ": "
                + Describe.outcome(outcome).replaceAll(" by .*", "").replaceAll("(NO|ABORTED) .*", "$1"));
        if (outcome.hasVoted()) {
            world.ledger().voted(key, partition, outcome.getVoted());
        } else if (outcome.hasDecided()) {
            Decided decided = outcome.getDecided();
            if (decided.hasCommitted() || decided.hasAborted()) {
                world.ledger().decided(key, decided);
            } else if (decided.getNever()) {
                world.ledger().denied(key);
            }
        }
    }

    /** Nothing is locked, staged, or decided and not forgotten. */
    @Nullable
    String unsettled() {
        for (Map.Entry<TransactionKey, Known> transaction : known.entrySet()) {
            Known kept = transaction.getValue();
            if (kept.isStaged() || kept.record.hasDecision()) {
                return transaction.getKey() + " is " + kept.record.getState() + " in p" + partition;
            }
        }
        return null;
    }

    /** Of how many transactions something is kept. */
    int kept() {
        return known.size();
    }
}
