package io.weir.consensus.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.partition.Cut;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.PurgeHold;
import io.weir.consensus.repair.Greeting;
import io.weir.consensus.repair.Incarnation;
import io.weir.consensus.repair.Origin;
import io.weir.consensus.repair.PeerHandler;
import io.weir.consensus.transfer.GrpcPeers;
import io.weir.consensus.transfer.PeerService;
import io.weir.consensus.transfer.Replicas;
import io.weir.consensus.transfer.TransferLimits;
import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.protocol.Done;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Resolve;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Prepares of one node wait at another one, more than its front door serves on a connection. */
class WaitingPreparesTest {
    private static final int PREPARES = 2_500;
    private static final Outcome DONE =
            Outcome.newBuilder().setDone(Done.getDefaultInstance()).build();

    private final Queue<CompletableFuture<Outcome>> waiting = new ConcurrentLinkedQueue<>();
    private final PeerService service = new PeerService(
            "c", "n1", Set.of("n1", "n2"), new NoMembership(), partition -> new Leader(), TransferLimits.DEFAULT);
    private final FrontDoor door = FrontDoor.start("c", new FakeNode(), List.of(service), "127.0.0.1:0");
    private final GrpcPeers peers =
            new GrpcPeers("c", "n2", Map.of("n1", "127.0.0.1:" + door.port()), Duration.ofSeconds(10));

    @AfterEach
    void close() {
        peers.close();
        service.close();
        door.close();
    }

    private static TransactionStep.Builder step(long sequence) {
        return TransactionStep.newBuilder().setId(TransactionId.newBuilder().setSequence(sequence));
    }

    @Test
    void theyKeepNothingElseWaitingAndAllArrive() throws Exception {
        List<CompletableFuture<Outcome>> prepared = new ArrayList<>();
        for (int i = 0; i < PREPARES; i++) {
            TransactionStep prepare =
                    step(i).setPrepare(Prepare.getDefaultInstance()).build();
            prepared.add(peers.propose("n1", 0, prepare, true, 60_000));
        }
        TransactionStep resolve =
                step(0).setResolve(Resolve.getDefaultInstance()).build();
        assertThat(peers.propose("n1", 0, resolve, false, 10_000).get(20, TimeUnit.SECONDS))
                .isEqualTo(DONE);
        TestClient.await("all Prepares to arrive", () -> waiting.size() == PREPARES);
        waiting.forEach(answer -> answer.complete(DONE));
        for (CompletableFuture<Outcome> answer : prepared) {
            assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(DONE);
        }
    }

    @Test
    void theyWaitNoLongerWhenTheirNodeHasGone() {
        TransactionStep prepare =
                step(1).setPrepare(Prepare.getDefaultInstance()).build();
        CompletableFuture<Outcome> prepared = peers.propose("n1", 0, prepare, true, 60_000);
        CompletableFuture<Outcome> cancelled = peers.propose("n1", 0, prepare, true, 60_000);
        TestClient.await("both to arrive", () -> waiting.size() == 2);
        cancelled.cancel(false);
        TestClient.await(
                "one to end",
                () -> waiting.stream().filter(CompletableFuture::isDone).count() == 1);
        assertThat(prepared).isNotDone();
        peers.close();
        TestClient.await("both to end", () -> waiting.stream().allMatch(CompletableFuture::isDone));
    }

    /** Where every Prepare meets a lock. */
    private final class Leader implements Replicas.Replica {
        @Override
        public CompletableFuture<Outcome> propose(TransactionStep step, boolean holdsNothing, long timeoutMs) {
            CompletableFuture<Outcome> answer = new CompletableFuture<>();
            if (step.hasPrepare()) {
                waiting.add(answer);
            } else {
                answer.complete(DONE);
            }
            return answer;
        }

        @Override
        public LogStore store() {
            throw new UnsupportedOperationException();
        }

        @Override
        public PurgeHold holdPurging(long maxMs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Cut beginCut() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void reported(String member, long markIndex, Digest digest) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class NoMembership implements PeerHandler {
        @Override
        public Greeting hello(String member, Incarnation incarnation, Origin origin, boolean settled) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> leave(String member, int partition, long timeoutMs) {
            return Failures.failed(Failures.notReady("no membership"));
        }

        @Override
        public CompletableFuture<Void> join(String member, int partition, long timeoutMs) {
            return Failures.failed(Failures.notReady("no membership"));
        }
    }
}
