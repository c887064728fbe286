package io.weir.consensus.transaction;

import com.google.protobuf.ByteString;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Expected;
import io.weir.protocol.PartAppended;
import io.weir.protocol.Prepare;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.Refusal;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Violation;
import io.weir.protocol.Yes;
import io.weir.statemachine.CommandCheck;
import io.weir.statemachine.StepCheck;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A transaction split by partitions, and how the answers of the partitions become one answer in the order of the client.
 * Immutable.
 */
final class Plan {
    private final TransactionId id;
    private final List<Part> parts;
    private final List<Integer> participants;
    private final int appends;

    /**
     * What one partition has to prepare.
     *
     * @param places of its appends, and then of its requirements, among all of the transaction in that order
     */
    private record Part(int partition, Prepare prepare, List<Integer> places) {}

    private static final class PartBuilder {
        private final Prepare.Builder prepare = Prepare.newBuilder();
        private final List<Integer> places = new ArrayList<>();
    }

    private record PlacedViolation(int place, Violation violation) {}

    private Plan(TransactionId id, List<Part> parts, int appends) {
        this.id = id;
        this.parts = parts;
        this.participants = parts.stream().map(Part::partition).toList();
        this.appends = appends;
    }

    /** Returns why the transaction is refused, whatever its partitions are, or null. To be asked before it is split. */
    static @Nullable Refusal check(TransactionId id, long lowWaterMark, DistributedTransact transact) {
        Refusal header = StepCheck.check(id, lowWaterMark);
        return header != null ? header : CommandCheck.check(transact.getAppendsList(), transact.getRequirementsList());
    }

    /** Splits a transaction that has passed the check. */
    static Plan of(
            TransactionId id, long lowWaterMark, DistributedTransact transact, IntUnaryOperator partitionOfSlot) {
        SortedMap<Integer, PartBuilder> builders = new TreeMap<>();
        int place = 0;
        for (Append append : transact.getAppendsList()) {
            PartBuilder part = part(builders, append.getStream(), partitionOfSlot);
            part.prepare.addAppends(append);
            part.places.add(place++);
        }
        for (Requirement requirement : transact.getRequirementsList()) {
            PartBuilder part = part(builders, requirement.getStream(), partitionOfSlot);
            part.prepare.addRequirements(requirement);
            part.places.add(place++);
        }
        List<Part> parts = new ArrayList<>(builders.size());
        builders.forEach((partition, part) -> {
            part.prepare.addAllParticipants(builders.keySet());
            if (partition == id.getHome()) {
                part.prepare.setLowWaterMark(lowWaterMark);
            }
            parts.add(new Part(partition, part.prepare.build(), part.places));
        });
        return new Plan(id, parts, transact.getAppendsCount());
    }

    private static PartBuilder part(
            SortedMap<Integer, PartBuilder> builders, ByteString stream, IntUnaryOperator partitionOfSlot) {
        int partition = partitionOfSlot.applyAsInt(StreamName.of(stream).slot());
        return builders.computeIfAbsent(partition, p -> new PartBuilder());
    }

    /** Returns why these partitions cannot do it together, or null. */
    @Nullable
    Refusal checkParticipants(DistributedTransact transact) {
        if (participants.size() < 2) {
            return invalid("all streams of the transaction lie in partition " + participants.get(0)
                    + ": send it there as one command, a Transact");
        }
        if (!participants.contains(id.getHome())) {
            return invalid("home " + Integer.toUnsignedString(id.getHome())
                    + " is none of the partitions in which the transaction's streams lie: " + participants);
        }
        return transact.hasFirst() && !participants.contains(transact.getFirst())
                ? invalid("partition " + Integer.toUnsignedString(transact.getFirst())
                        + ", to be prepared first, is none of those in which the transaction's streams lie: "
                        + participants)
                : null;
    }

    private static Refusal invalid(String detail) {
        return Refusal.newBuilder()
                .setReason(Refusal.Reason.INVALID)
                .setDetail(detail)
                .build();
    }

    /** Ascending. What else is told by a participant's place is told by its place in this list. */
    List<Integer> participants() {
        return participants;
    }

    TransactionStep prepare(int part) {
        return TransactionStep.newBuilder()
                .setId(id)
                .setPrepare(parts.get(part).prepare())
                .build();
    }

    /** Whether a vote is about what was asked. */
    boolean fits(int part, Yes yes) {
        return yes.getAppendsCount() == parts.get(part).prepare().getAppendsCount();
    }

    /** The answer, if all have voted so. */
    CommittedTransaction committed(List<Yes> votes) {
        PartAppended[] answers = new PartAppended[appends];
        CommittedTransaction.Builder committed = CommittedTransaction.newBuilder();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            Yes yes = votes.get(i);
            for (int append = 0; append < yes.getAppendsCount(); append++) {
                Appended appended = yes.getAppends(append);
                answers[part.places().get(append)] = PartAppended.newBuilder()
                        .setPartition(part.partition())
                        .setFirstRevision(appended.getFirstRevision())
                        .setCount(appended.getCount())
                        .build();
            }
            committed.addParts(
                    PreparedPart.newBuilder().setPartition(part.partition()).setIndex(yes.getIndex()));
        }
        return committed.addAllAppends(List.of(answers)).build();
    }

    /** Whether this can be the answer to this transaction, and not to another one with the same id. */
    boolean canBe(CommittedTransaction committed) {
        List<Integer> prepared = committed.getPartsList().stream()
                .map(PreparedPart::getPartition)
                .toList();
        if (committed.getAppendsCount() != appends || !prepared.equals(participants)) {
            return false;
        }
        for (Part part : parts) {
            for (int i = 0; i < part.prepare().getAppendsCount(); i++) {
                PartAppended answer = committed.getAppends(part.places().get(i));
                int count = part.prepare().getAppends(i).getEventsCount();
                if (answer.getPartition() != part.partition() || answer.getCount() != count) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Merges violations into the order of the transaction.
     *
     * @param violations of each participant, in its order; empty if it found none, or has not voted
     */
    List<Violation> merged(List<List<Violation>> violations) {
        List<PlacedViolation> placed = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            place(parts.get(i), violations.get(i), placed);
        }
        placed.sort(Comparator.comparingInt(PlacedViolation::place));
        return placed.stream().map(PlacedViolation::violation).toList();
    }

    /** A partition names those of its conditions that failed, in their order: each is at, or after, the first like it. */
    private static void place(Part part, List<Violation> violations, List<PlacedViolation> placed) {
        int last = part.places().size() - 1;
        int condition = 0;
        for (Violation violation : violations) {
            while (condition < last && !isLike(part.prepare(), condition, violation)) {
                condition++;
            }
            placed.add(new PlacedViolation(part.places().get(condition), violation));
            condition = Math.min(condition + 1, last);
        }
    }

    private static boolean isLike(Prepare prepare, int condition, Violation violation) {
        int appends = prepare.getAppendsCount();
        ByteString stream;
        Expected expected;
        if (condition < appends) {
            stream = prepare.getAppends(condition).getStream();
            expected = prepare.getAppends(condition).getExpected();
        } else {
            stream = prepare.getRequirements(condition - appends).getStream();
            expected = prepare.getRequirements(condition - appends).getExpected();
        }
        // Of an expectation, a violation repeats what the partition's version knows.
        return stream.equals(violation.getStream())
                && expected.getKindValue() == violation.getExpected().getKindValue()
                && expected.getRevision() == violation.getExpected().getRevision();
    }
}
