package io.weir.jepsen.simulator;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.transaction.LockedRead;
import io.weir.logstore.ReadView;
import io.weir.protocol.Error;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionRecord;
import io.weir.statemachine.TransactionKeys;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Linearizable reads of a partition on a node that leads it, as far as transactions matter to them. */
@SuppressWarnings("FutureReturnValueIgnored") // each continuation handles failures itself
final class SimulatedReads {
    private final World world;
    private final SimulatedNode node;
    /** Answers of homes that a mistake shares with later reads. */
    private final Map<TransactionId, TransactionInfo> older = new LinkedHashMap<>();

    /** Streams and those who hold them exclusively, of one moment. */
    private record Snapshot(int[][] values, Set<TransactionId> holders) {}

    SimulatedReads(World world, SimulatedNode node) {
        this.world = world;
        this.node = node;
    }

    /** What streams of one partition hold, all of one moment. */
    CompletableFuture<int[][]> read(SimulatedPartition partition, int[] streams, long timeoutMs) {
        CompletableFuture<int[][]> answer = new CompletableFuture<>();
        long untilNanos = world.time().nowNanos() + timeoutMs * Timeline.NANOS_PER_MS;
        world.time().afterMs(timeoutMs, () -> answer.completeExceptionally(late()));
        again(partition, streams, untilNanos, answer);
        return answer;
    }

    private static NodeFailure late() {
        return new NodeFailure(Error.Code.DEADLINE_EXCEEDED, "the read was not answered in time", false);
    }

    private void again(
            SimulatedPartition partition, int[] streams, long untilNanos, CompletableFuture<int[][]> answer) {
        long leftMs = (untilNanos - world.time().nowNanos()) / Timeline.NANOS_PER_MS;
        if (answer.isDone() || leftMs <= 0) {
            return;
        }
        barrier(partition, answer, () -> {
            Snapshot snapshot = look(partition, streams);
            CompletableFuture<LockedRead.Verdict> verdict = world.mutant() == Mutant.READ_ASKS_NOBODY
                    ? CompletableFuture.completedFuture(LockedRead.Verdict.ANSWER)
                    : LockedRead.judge(partition.number(), snapshot.holders, this::ask, here(partition), leftMs);
            verdict.whenComplete((found, failure) -> {
                if (!snapshot.holders.isEmpty()) {
                    world.count("read under a lock: " + (failure == null ? found : "no answer"));
                }
                if (failure != null) {
                    answer.completeExceptionally(late());
                } else if (found == LockedRead.Verdict.ANSWER) {
                    answer.complete(snapshot.values);
                } else {
                    again(partition, streams, untilNanos, answer);
                }
            });
        });
    }

    /** Goes on when it is certain that nobody else has led since this began. */
    private void barrier(SimulatedPartition partition, CompletableFuture<?> waiting, Runnable next) {
        long delay = (long) (world.random().nextDouble() * world.weather().maxDelayMs() * Timeline.NANOS_PER_MS);
        world.time().afterNanos(delay, node.alive(() -> {
            if (node.leads(partition)) {
                next.run();
            } else {
                waiting.completeExceptionally(node.notLeader(partition));
            }
        }));
    }

    private Snapshot look(SimulatedPartition partition, int[] streams) {
        Streams all = world.streams();
        Set<TransactionId> holders = new LinkedHashSet<>();
        int[][] values = new int[streams.length][];
        try (ReadView view = partition.store().openRead()) {
            for (int i = 0; i < streams.length; i++) {
                values[i] = all.read(view, streams[i]);
                view.visitLocks(all.key(streams[i]), lock -> {
                    if (lock.exclusive()) {
                        holders.add(TransactionKeys.id(lock.holder()));
                    }
                    return true;
                });
            }
            if (world.mutant() == Mutant.READ_SEES_STAGED) {
                Staged.add(view, all, streams, values);
            }
        }
        world.time()
                .note(() ->
                        "n" + node.id() + " looks at " + Arrays.toString(streams) + ": " + Arrays.deepToString(values)
                                + (holders.isEmpty() ? "" : ", locked by " + Describe.ids(holders)));
        return new Snapshot(values, holders);
    }

    /** Asks home, at the leader's. */
    private CompletableFuture<TransactionInfo> ask(TransactionId id, long timeoutMs) {
        CompletableFuture<TransactionInfo> answer = new CompletableFuture<>();
        TransactionInfo known = older.get(id);
        if (known != null && world.mutant() == Mutant.READ_USES_OLDER_ANSWER) {
            answer.complete(known);
            return answer;
        }
        SimulatedPartition home = world.partitions().get(id.getHome());
        world.time().afterMs(timeoutMs, node.alive(() -> answer.completeExceptionally(late())));
        SimulatedNode target = home.leader();
        world.network().send(() -> "n" + node.id() + " asks n" + target.id() + " about " + Describe.id(id), () -> {
            if (target.isUp()) {
                target.reads().tell(home, id).whenComplete(target.answer(node, (info, failure) -> {
                    if (info == null) {
                        answer.completeExceptionally(late());
                    } else {
                        TransactionInfo heard = mistaken(info);
                        older.put(id, heard);
                        answer.complete(heard);
                    }
                }));
            }
        });
        return answer;
    }

    private TransactionInfo mistaken(TransactionInfo info) {
        TransactionRecord.State state = info.getRecord().getState();
        boolean isMistaken = (world.mutant() == Mutant.READ_TAKES_NOTHING_FOR_UNDECIDED && !info.hasRecord())
                || (world.mutant() == Mutant.READ_TAKES_FORGOTTEN_FOR_ABORTED
                        && state == TransactionRecord.State.FORGOTTEN);
        return isMistaken
                ? info.toBuilder()
                        .setRecord(TransactionRecord.newBuilder().setState(TransactionRecord.State.ABORTED))
                        .build()
                : info;
    }

    private CompletableFuture<TransactionInfo> tell(SimulatedPartition home, TransactionId id) {
        CompletableFuture<TransactionInfo> told = new CompletableFuture<>();
        barrier(home, told, () -> {
            try (ReadView view = home.store().openRead()) {
                TransactionInfo info = SimulatedCarePort.info(view, TransactionKeys.key(id));
                world.time()
                        .note(() -> "n" + node.id() + " finds " + Describe.id(id) + " "
                                + info.getRecord().getState());
                told.complete(info);
            }
        });
        return told;
    }

    private LockedRead.Here here(SimulatedPartition partition) {
        return new LockedRead.Here() {
            @Override
            public CompletableFuture<Boolean> areStaged(Collection<TransactionId> ids) {
                CompletableFuture<Boolean> staged = new CompletableFuture<>();
                barrier(partition, staged, () -> staged.complete(ids.stream().allMatch(this::isStagedNow)));
                return staged;
            }

            private boolean isStagedNow(TransactionId id) {
                try (ReadView view = partition.store().openRead()) {
                    TransactionRecord record = SimulatedCarePort.info(view, TransactionKeys.key(id))
                            .getRecord();
                    return record.getState() == TransactionRecord.State.STAGED;
                }
            }

            @Override
            public CompletableFuture<Void> awaitResolved(Collection<TransactionId> ids) {
                CompletableFuture<Void> resolved = new CompletableFuture<>();
                await(ids, resolved);
                return resolved;
            }

            private void await(Collection<TransactionId> ids, CompletableFuture<Void> resolved) {
                if (ids.stream().anyMatch(this::isStagedNow)) {
                    partition.watch(node.alive(() -> await(ids, resolved)));
                } else {
                    resolved.complete(null);
                }
            }
        };
    }
}
