package io.weir.jepsen.simulator;

import io.weir.jepsen.history.HistoryRecorder;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Appended;
import io.weir.protocol.Command;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Fence;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartAppended;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import io.weir.protocol.Transact;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A write with all that a client does for it: it reads, sends, sends again, corrects its estimate of log time, gives way and
 * tries again under a new id, and asks what became of what was not answered.
 */
final class WriteOperation extends Operation {
    private static final int MOST_QUESTIONS = 3;
    private static final int MOST_ATTEMPTS = 12;

    private final WritePlan plan;
    private final List<WriteOperation> before = new ArrayList<>();
    private final List<Long> after = new ArrayList<>();
    private int home;
    private ClientSession session;
    private RequestId request = RequestId.getDefaultInstance();
    private long expiryMs;
    private long untilNanos;
    private int attempts;
    private int questions;
    private int sends;
    private boolean isCorrected;
    private @Nullable Integer contended;
    private long endedAt = -1;

    WriteOperation(
            World world, SimulatedClient client, HistoryRecorder.Client notebook, Runnable next, WritePlan plan) {
        super(world, client, notebook, next);
        this.plan = plan;
        this.session = client.session();
    }

    @Override
    void begin() {
        invoke(plan.invoked());
        int[] values = plan.allValues();
        world.ledger().planned(values, plan.streamsOfValues());
        if (plan.isDistributed()) {
            world.markDistributed(values);
        }
        untilNanos = world.time().nowNanos() + world.weather().timeoutMs() * Timeline.NANOS_PER_MS;
        read(0);
    }

    private long leftMs() {
        return Math.max(1, (untilNanos - world.time().nowNanos()) / Timeline.NANOS_PER_MS);
    }

    /** Reads what has to be read, partition by partition, and then begins to write. */
    private void read(int index) {
        if (index == plan.partitions().size()) {
            List<Integer> partitions = plan.partitions();
            home = partitions.get(world.random().nextInt(partitions.size()));
            attempt();
            return;
        }
        int[] streams = plan.reads(plan.partitions().get(index));
        if (streams.length == 0) {
            read(index + 1);
            return;
        }
        client.read(
                plan.partitions().get(index),
                streams,
                leftMs(),
                values -> {
                    for (int i = 0; i < streams.length; i++) {
                        plan.saw(streams[i], values[i]);
                    }
                    read(index + 1);
                },
                () -> end("no answer to the read"));
    }

    /** Sends it under a new id. */
    private void attempt() {
        attempts++;
        session = client.session();
        request = session.next();
        if (plan.isDistributed()) {
            if (expiryMs == 0) {
                expiryMs = session.expiryMs(leftMs());
            }
            world.ledger().sent(key(), plan.values());
        } else {
            enqueue();
        }
        send(this::command, leftMs());
    }

    private TransactionKey key() {
        return new TransactionKey(expiryMs, session.id(), request.getSequence(), home);
    }

    /** Behind the open commands on the same streams. */
    private void enqueue() {
        Set<WriteOperation> open = new LinkedHashSet<>();
        for (int stream : plan.written()) {
            open.addAll(session.pipeline(stream));
            session.pipeline(stream).add(this);
        }
        before.clear();
        after.clear();
        before.addAll(open);
        open.forEach(operation -> after.add(operation.request.getSequence()));
    }

    private void send(java.util.function.Supplier<Command> command, long timeoutMs) {
        new Sending(world, world.partitions().get(home), request, command, this::answered, this::gaveUp)
                .begin(timeoutMs);
    }

    private Command.Builder header() {
        return Command.newBuilder().setRequestId(request).setLowWaterMark(session.lowWaterMark());
    }

    private Command command() {
        Command.Builder command = header().addAllAfter(after);
        if (plan.isDistributed()) {
            boolean isLater = world.mutant() == Mutant.RESEND_WITH_LATER_EXPIRY;
            DistributedTransact.Builder transact = DistributedTransact.newBuilder()
                    .setExpiryMs(isLater ? expiryMs + sends++ : expiryMs)
                    .addAllAppends(plan.appends())
                    .addAllRequirements(plan.requirements());
            if (contended != null) {
                transact.setFirst(contended);
            }
            return command.setDistributed(transact).build();
        }
        boolean isLone = plan.appends().size() == 1 && plan.requirements().isEmpty();
        return isLone
                ? command.setAppend(plan.appends().get(0)).build()
                : command.setTransact(Transact.newBuilder()
                                .addAllAppends(plan.appends())
                                .addAllRequirements(plan.requirements()))
                        .build();
    }

    private Command question() {
        return plan.isDistributed()
                ? header().setDistributed(DistributedTransact.newBuilder().setExpiryMs(expiryMs))
                        .build()
                : header().setFence(Fence.getDefaultInstance()).build();
    }

    /** Nobody has answered: it asks, sends it again, or lives with that. */
    private void gaveUp() {
        if (questions++ >= MOST_QUESTIONS || world.random().nextInt(5) == 0) {
            close();
            info("no answer");
            return;
        }
        long timeoutMs = world.weather().timeoutMs();
        untilNanos = world.time().nowNanos() + timeoutMs * Timeline.NANOS_PER_MS;
        send(world.random().nextBoolean() ? this::question : this::command, timeoutMs);
    }

    private void answered(Outcome outcome) {
        world.count("answer: " + Describe.outcome(outcome).replaceAll(" at .*", ""));
        switch (outcome.getResultCase()) {
            case DECIDED -> {
                if (outcome.getDecided().hasCommitted()) {
                    if (sends == 0) {
                        world.ledger().confirmed(key());
                    }
                    succeed(revisions(outcome.getDecided().getCommitted()));
                } else if (outcome.getDecided().hasAborted()) {
                    aborted(outcome.getDecided().getAborted());
                } else {
                    close();
                    info("home has forgotten it");
                }
            }
            case APPENDED -> succeed(new long[] {outcome.getAppended().getFirstRevision()});
            case COMMITTED ->
                succeed(outcome.getCommitted().getAppendsList().stream()
                        .mapToLong(Appended::getFirstRevision)
                        .toArray());
            case REJECTED -> {
                world.ledger().rejected(outcome.getRejected().getViolationsList(), least());
                end("rejected");
            }
            case REFUSAL -> refused(outcome.getRefusal());
            default -> world.broken(Broken.FAILURE, "a request was answered " + outcome);
        }
    }

    private static long[] revisions(CommittedTransaction committed) {
        return committed.getAppendsList().stream()
                .mapToLong(PartAppended::getFirstRevision)
                .toArray();
    }

    private void succeed(long[] revisions) {
        close();
        endedAt = revisions.length == 0 ? -1 : revisions[0];
        checkPipeline();
        ok(plan.committed(revisions));
    }

    /** Pipelined commands on one stream take effect in the order of the calls. */
    private void checkPipeline() {
        boolean isPlain = plan.appends().size() == 1;
        for (WriteOperation earlier : before) {
            boolean isSame = isPlain && earlier.plan.written().equals(plan.written());
            if (isSame && earlier.endedAt >= endedAt && earlier.endedAt >= 0) {
                world.broken(
                        Broken.PROGRESS,
                        "pipelined appends stand at " + earlier.endedAt + " and, later, at " + endedAt);
            }
        }
    }

    private void aborted(AbortedTransaction aborted) {
        if (sends == 0) {
            world.ledger().denied(key());
        }
        boolean isInTime = world.time().nowNanos() < untilNanos && attempts < MOST_ATTEMPTS && questions == 0;
        switch (aborted.getReason()) {
            case REJECTED -> {
                world.ledger().rejected(aborted.getViolationsList(), least());
                end("rejected");
            }
            case CONTENTION -> {
                contended = aborted.getContended();
                again(isInTime, aborted);
            }
            case EXPIRED -> {
                boolean isOnce = !isCorrected;
                isCorrected = true;
                session.learn(aborted.getLogTimeMs());
                expiryMs = isInTime && isOnce ? 0 : expiryMs;
                again(isInTime && isOnce, aborted);
            }
            case RECOVERED, FENCED -> again(isInTime, aborted);
            case UNSPECIFIED, UNRECOGNIZED -> world.broken(Broken.FAILURE, "aborted without a reason");
        }
    }

    /** Under a new id, after a while, with the same values: the first attempt has had no effect. */
    private void again(boolean isWanted, AbortedTransaction aborted) {
        if (!isWanted) {
            end("aborted " + aborted.getReason());
            return;
        }
        close();
        world.time().afterMs(1 + world.random().nextInt(10 * attempts), this::attempt);
    }

    private void refused(Refusal refusal) {
        switch (refusal.getReason()) {
            case FENCED -> end("fenced");
            case OUT_OF_ORDER -> {
                world.time().afterMs(20, () -> send(this::command, leftMs()));
            }
            case SESSION_EXPIRED, ANSWER_FORGOTTEN, DEADLINE_PASSED -> {
                if (refusal.getReason() == Refusal.Reason.SESSION_EXPIRED) {
                    client.renew(session);
                }
                close();
                info("refused " + refusal.getReason());
            }
            default -> {
                close();
                world.broken(Broken.FAILURE, "a request was refused: " + refusal);
            }
        }
    }

    /** It has not happened, and never will. */
    private void end(String why) {
        close();
        world.ledger().denied(plan.allValues());
        fail(why);
    }

    private void close() {
        session.close(request);
        plan.written().forEach(stream -> session.pipeline(stream).remove(this));
    }
}
