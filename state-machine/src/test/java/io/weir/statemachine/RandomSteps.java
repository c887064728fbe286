package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.Forget;
import io.weir.protocol.PartAppended;
import io.weir.protocol.Prepare;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.Proposal;
import io.weir.protocol.Resolve;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random steps of several transactions, as partition 0 gets them: at home or not, in every order, repeated, with other content,
 * too late, malformed, and those that no driver would send.
 */
final class RandomSteps {
    /** At most so many transactions are on their way at a time, so that steps of one meet. */
    private static final int UNDER_WAY = 6;

    private final Random random;
    private final Histories history;
    private final List<Transaction> underWay = new ArrayList<>();
    private int begun;

    private record Transaction(TransactionId id, Prepare prepare) {}

    RandomSteps(Random random, Histories history) {
        this.random = random;
        this.history = history;
    }

    void mixInto(List<Proposal> proposals) {
        if (chance(2)) {
            burst(proposals);
        }
        for (int i = random.nextInt(6); i > 0; i--) {
            Proposal step = Proposal.newBuilder().setStep(step()).build();
            proposals.add(random.nextInt(proposals.size() + 1), step);
        }
    }

    /** More than one sweep drops, marks and staged parts mixed; some with the same expiry. */
    private void burst(List<Proposal> proposals) {
        long expiryMs = history.nowMs() + 500 + random.nextInt(2_000);
        for (int i = Sweep.STEPS * 4; i > 0; i--) {
            expiryMs += random.nextInt(4) / 3;
            Transaction one = begin(expiryMs);
            TransactionStep.Builder step = TransactionStep.newBuilder().setId(one.id);
            if (chance(20)) {
                step.setPrepare(one.prepare);
                underWay.add(one);
            } else {
                step.setResolve(Resolve.getDefaultInstance());
            }
            proposals.add(Proposal.newBuilder().setStep(step).build());
        }
    }

    private TransactionStep step() {
        if (underWay.isEmpty() || chance(25)) {
            Transaction fresh = begin(expiry());
            underWay.add(fresh);
            if (chance(75)) {
                return TransactionStep.newBuilder()
                        .setId(fresh.id)
                        .setPrepare(fresh.prepare)
                        .build();
            }
        }
        while (underWay.size() > UNDER_WAY && chance(90)) {
            underWay.remove(random.nextInt(underWay.size()));
        }
        Transaction one = underWay.get(random.nextInt(underWay.size()));
        TransactionStep.Builder step = TransactionStep.newBuilder().setId(one.id);
        boolean isHome = one.id.getHome() == 0 ^ chance(5);
        int kind = random.nextInt(100);
        if (kind < 25) {
            step.setPrepare(one.prepare);
        } else if (kind < 28) {
            step.setPrepare(other(one.prepare));
        } else if (kind < 70) {
            if (isHome) {
                step.setDecide(decide(one));
            } else {
                step.setResolve(Resolve.newBuilder().setCommit(chance(50)));
            }
        } else if (kind < 96) {
            if (isHome) {
                step.setForget(Forget.getDefaultInstance());
            } else {
                step.setResolve(Resolve.newBuilder().setCommit(chance(50)));
            }
        } else {
            malform(step);
        }
        return step.build();
    }

    private Transaction begin(long expiryMs) {
        Histories.Client client = history.anyClient();
        long sequence = client.next++;
        if (chance(5)) {
            sequence = 1L + random.nextInt((int) client.next);
        }
        history.used(sequence);
        int home = chance(60) ? 0 : 1 + random.nextInt(2);
        TransactionId id = TransactionId.newBuilder()
                .setSessionHigh(client.id.high())
                .setSessionLow(client.id.low())
                .setSequence(sequence)
                .setHome(home)
                .setExpiryMs(expiryMs)
                .build();
        Prepare.Builder prepare = Prepare.newBuilder()
                .addAllParticipants(home == 2 ? List.of(0, 2) : chance(50) ? List.of(0, 1) : List.of(0, 1, 2))
                .setLowWaterMark(Math.min(client.mark, sequence - 1));
        content(prepare, "t" + begun++ + "/first");
        return new Transaction(id, prepare.build());
    }

    private long expiry() {
        int kind = random.nextInt(100);
        if (kind < 50) {
            return history.nowMs() + random.nextInt(3_000);
        } else if (kind < 70) {
            return history.nowMs() + random.nextInt(30_000);
        } else if (kind < 85) {
            return history.nowMs() + random.nextInt(300_000);
        } else if (kind < 97) {
            return underWay.isEmpty()
                    ? history.nowMs()
                    : underWay.get(random.nextInt(underWay.size())).id.getExpiryMs();
        } else if (kind < 99) {
            return history.nowMs() - random.nextInt(100_000);
        }
        return history.nowMs() + 2 * TransactionTable.MAX_EXPIRES_AHEAD_MS;
    }

    private void content(Prepare.Builder prepare, String text) {
        int appends = random.nextInt(3);
        for (int i = 0; i < appends; i++) {
            String stream = history.anyStream();
            Append append = history.append(stream, history.condition(stream), text + "-" + i);
            prepare.addAppends(append);
        }
        for (int i = appends == 0 ? 1 : random.nextInt(2); i > 0; i--) {
            String stream = history.anyStream();
            prepare.addRequirements(Commands.require(stream, history.condition(stream)));
        }
    }

    private Prepare other(Prepare prepare) {
        if (chance(50)) { // not other content: a retry may raise it
            return prepare.toBuilder().setLowWaterMark(0).build();
        }
        Prepare.Builder other = prepare.toBuilder().clearAppends().clearRequirements();
        content(other, "t" + begun++ + "/other");
        return other.build();
    }

    private Decide decide(Transaction one) {
        Decide.Builder decide = Decide.newBuilder();
        if (chance(55)) {
            return decide.addAllParticipants(one.prepare.getParticipantsList())
                    .setCommit(CommittedTransaction.newBuilder()
                            .addAppends(PartAppended.newBuilder()
                                    .setPartition(random.nextInt(3))
                                    .setFirstRevision(random.nextInt(9))
                                    .setCount(1))
                            .addParts(PreparedPart.newBuilder().setIndex(random.nextInt(9))))
                    .build();
        }
        AbortedTransaction.Builder aborted = AbortedTransaction.newBuilder().setReasonValue(1 + random.nextInt(5));
        if (chance(20)) {
            aborted.setContended(random.nextInt(3)).setLogTimeMs(random.nextInt(3));
            aborted.addViolations(Violation.newBuilder().setStream(ByteString.copyFromUtf8(history.anyStream())));
        }
        if (chance(75)) {
            decide.addAllParticipants(one.prepare.getParticipantsList());
        }
        return decide.setAbort(aborted).build();
    }

    private void malform(TransactionStep.Builder step) {
        switch (random.nextInt(9)) {
            case 0 -> step.clearId().setForget(Forget.getDefaultInstance());
            case 1 -> step.clearStep();
            case 2 -> step.setPrepare(Prepare.getDefaultInstance());
            case 3 -> step.setDecide(Decide.getDefaultInstance());
            case 4 -> step.setDecide(Decide.newBuilder().setCommit(CommittedTransaction.getDefaultInstance()));
            case 5 -> step.setPrepare(Prepare.newBuilder().addParticipants(0).addParticipants(-1));
            case 6 -> {
                step.getIdBuilder().setHome(-1);
                step.setResolve(Resolve.getDefaultInstance());
            }
            case 7 -> {
                step.getIdBuilder().setSessionHigh(0);
                step.setResolve(Resolve.getDefaultInstance());
            }
            default -> {
                step.getIdBuilder().setExpiryMs(-1);
                step.setDecide(Decide.newBuilder().setAbort(AbortedTransaction.getDefaultInstance()));
            }
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
