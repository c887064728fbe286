package io.weir.consensus.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weir.client.EventStoreException.Unavailable;
import io.weir.consensus.backup.ClusterSource.Patience;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.CutReached;
import io.weir.protocol.CutRequest;
import io.weir.protocol.CutResponse;
import io.weir.protocol.Error;
import io.weir.protocol.Member;
import io.weir.protocol.PullRequest;
import io.weir.protocol.PullResponse;
import io.weir.protocol.WeirPeersGrpc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose leaders come and go while it is saved: members that answer as they are told, over real connections. */
class ClusterSourceIT {
    private static final Patience SHORT = new Patience(
            Duration.ofMillis(700), 5, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(400));

    @TempDir
    Path directory;

    private int backups;
    private final List<Server> servers = new ArrayList<>();
    private final ClusterDescription.Builder description =
            ClusterDescription.newBuilder().setClusterId(StoredCluster.CLUSTER).addLeaders("n1");

    @AfterEach
    void close() {
        servers.forEach(Server::shutdownNow);
    }

    /** Says of each cut what it is told to say, one answer after the other, and the last one for ever; leads if it says nothing. */
    private static final class ScriptedMember extends WeirPeersGrpc.WeirPeersImplBase {
        private final Deque<Answer> answers = new ArrayDeque<>();
        private final Deque<Error> refusals = new ArrayDeque<>();
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger copies = new AtomicInteger();
        private final AtomicInteger open = new AtomicInteger();
        private final List<CutRequest.Step> steps = new CopyOnWriteArrayList<>();
        private volatile CutRequest.Step stuck = CutRequest.Step.UNSPECIFIED;

        @Override
        public StreamObserver<CutRequest> cut(StreamObserver<CutResponse> responses) {
            asked.incrementAndGet();
            open.incrementAndGet();
            Error refusal;
            synchronized (refusals) {
                refusal = refusals.size() > 1 ? refusals.removeFirst() : refusals.peekFirst();
            }
            return new StreamObserver<>() {
                @Override
                public void onNext(CutRequest request) {
                    steps.add(request.getStep());
                    if (refusal != null && !refusal.getMessage().isEmpty()) {
                        responses.onNext(
                                CutResponse.newBuilder().setError(refusal).build());
                        responses.onCompleted();
                    } else if (request.getStep() != stuck) {
                        responses.onNext(CutResponse.newBuilder()
                                .setReached(CutReached.newBuilder()
                                        .setStep(request.getStep())
                                        .setCut(7))
                                .build());
                    }
                }

                @Override
                public void onError(Throwable cancelled) {
                    open.decrementAndGet();
                }

                @Override
                public void onCompleted() {
                    open.decrementAndGet();
                }
            };
        }

        @Override
        public void pull(PullRequest request, StreamObserver<PullResponse> responses) {
            assertThat(request.getCut()).isEqualTo(7);
            assertThat(request.getNodeId()).isEmpty();
            copies.incrementAndGet();
            Answer answer;
            synchronized (answers) {
                answer = answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
            }
            answer.to(responses);
        }
    }

    @FunctionalInterface
    private interface Answer {
        void to(StreamObserver<PullResponse> responses);
    }

    private ScriptedMember member(String id, Answer... answers) throws IOException {
        ScriptedMember member = new ScriptedMember();
        member.answers.addAll(List.of(answers));
        Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(member)
                .build()
                .start();
        servers.add(server);
        description.addMembers(Member.newBuilder().setId(id).setClientAddress("127.0.0.1:" + server.getPort()));
        return member;
    }

    private static List<byte[]> chunks() {
        List<byte[]> chunks = new ArrayList<>();
        try (StoredCluster cluster = StoredCluster.small(1)) {
            cluster.copy(0, new BackupSource.Attempt() {
                @Override
                public void begin() {}

                @Override
                public void chunk(int partition, ByteBuffer chunk) {
                    byte[] bytes = new byte[chunk.remaining()];
                    chunk.duplicate().get(bytes);
                    chunks.add(bytes);
                }

                @Override
                public void end(int partition) {}
            });
        }
        return chunks;
    }

    private static Answer whole() {
        return responses -> {
            send(responses, chunks());
            responses.onCompleted();
        };
    }

    private static Answer brokenOff() {
        return responses -> {
            send(responses, chunks().subList(0, 1));
            responses.onError(Status.UNAVAILABLE.asRuntimeException());
        };
    }

    private static Answer ended() {
        return responses -> {
            send(responses, chunks().subList(0, 2));
            responses.onCompleted();
        };
    }

    private static Answer damaged() {
        return responses -> {
            List<byte[]> chunks = chunks();
            chunks.get(1)[30] ^= 1;
            send(responses, chunks);
            responses.onCompleted();
        };
    }

    private static Error error(Error.Code code, String leader) {
        return Error.newBuilder()
                .setCode(code)
                .setMessage(code + " here")
                .setLeader(leader)
                .build();
    }

    private static Answer busy() {
        return responses -> {
            responses.onNext(PullResponse.newBuilder()
                    .setError(error(Error.Code.NOT_READY, ""))
                    .build());
            responses.onCompleted();
        };
    }

    private static Error nothing() {
        return Error.getDefaultInstance();
    }

    private ScriptedMember refusing(String id, Error... refusals) throws IOException {
        ScriptedMember member = member(id, whole());
        member.refusals.addAll(List.of(refusals));
        return member;
    }

    private static void send(StreamObserver<PullResponse> responses, List<byte[]> chunks) {
        chunks.forEach(chunk -> responses.onNext(
                PullResponse.newBuilder().setChunk(ByteString.copyFrom(chunk)).build()));
    }

    private Backup save() {
        try (ClusterSource source = new ClusterSource(description.build(), SHORT)) {
            Path backup = directory.resolve(backups++ == 0 ? "backup" : "backup-" + backups);
            return BackupWriter.create(backup, source, (p, r, b) -> {});
        }
    }

    @Test
    void theLeaderIsFollowedAndWhatBreaksOffBeginsAnew() throws IOException {
        ScriptedMember first = refusing("n1", error(Error.Code.NOT_LEADER, "n3"));
        ScriptedMember second = refusing("n2", error(Error.Code.NOT_LEADER, ""));
        ScriptedMember third = member("n3", brokenOff(), damaged(), ended(), whole());
        third.refusals.addAll(List.of(error(Error.Code.NOT_READY, ""), nothing()));
        Backup backup = save();
        assertThat(backup.verify((p, r, b) -> {})).singleElement().matches(PartCheck::isSound);
        assertThat(first.asked.get()).isPositive();
        assertThat(second.asked.get())
                .as("it is asked when the leader is not ready")
                .isEqualTo(1);
        assertThat(third.asked.get()).as("each copy from a cut of its own").isEqualTo(5);
        assertThat(third.copies.get()).isEqualTo(4);
    }

    @Test
    void allAreOpenedWhenAllHoldAndAllReleasedWhenAllAreOpen() throws IOException {
        description.addLeaders("n2");
        ScriptedMember first = member("n1", whole());
        ScriptedMember second = member("n2", whole());
        List<CutRequest.Step> all =
                List.of(CutRequest.Step.PROVE, CutRequest.Step.HOLD, CutRequest.Step.OPEN, CutRequest.Step.RELEASE);
        second.stuck = CutRequest.Step.HOLD;
        assertThatThrownBy(this::save)
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("partition 1")
                .hasMessageContaining("n2=it has not answered");
        assertThat(first.steps).contains(CutRequest.Step.HOLD).doesNotContain(CutRequest.Step.OPEN);
        await(() -> first.open.get() == 0);
        first.steps.clear();
        second.steps.clear();
        second.stuck = CutRequest.Step.OPEN;
        assertThatThrownBy(this::save).isInstanceOf(Unavailable.class);
        assertThat(first.steps).contains(CutRequest.Step.OPEN).doesNotContain(CutRequest.Step.RELEASE);
        first.steps.clear();
        second.steps.clear();
        second.stuck = CutRequest.Step.UNSPECIFIED;
        assertThatThrownBy(this::save).as("the copy is of another partition").isInstanceOf(Unavailable.class);
        assertThat(first.steps.subList(0, 4)).isEqualTo(all);
        assertThat(second.steps.subList(0, 4)).isEqualTo(all);
        await(() -> first.open.get() + second.open.get() == 0);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void nobodyHoldsBeforeAllLeadersAreFound() throws IOException {
        description.addLeaders("n2");
        ScriptedMember first = member("n1", whole());
        first.refusals.addAll(List.of(nothing(), error(Error.Code.NOT_LEADER, "n2")));
        refusing("n2", error(Error.Code.NOT_READY, ""));
        assertThatThrownBy(this::save).isInstanceOf(Unavailable.class);
        assertThat(first.steps).isNotEmpty().containsOnly(CutRequest.Step.PROVE);
    }

    @Test
    void aNodeThatSendsOtherCopiesIsWaitedForWithTheSameCut() throws IOException {
        ScriptedMember only = member("n1", busy(), busy(), whole());
        assertThat(save().manifest().events()).isEqualTo(2);
        assertThat(only.asked.get()).isEqualTo(1);
        assertThat(only.copies.get()).isEqualTo(3);
    }

    @Test
    void whoIsDownIsPassedOver() throws IOException {
        member("n1", whole());
        servers.get(0).shutdownNow();
        member("n2", whole());
        assertThat(save().manifest().events()).isEqualTo(2);
    }

    @Test
    void withoutALeaderItGivesUpAndNamesEveryAnswer() throws IOException {
        refusing("n1", error(Error.Code.NOT_LEADER, "n2"));
        refusing("n2", error(Error.Code.NOT_READY, ""));
        assertThatThrownBy(this::save)
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("partition 0")
                .hasMessageContaining("n1=NOT_LEADER here")
                .hasMessageContaining("n2=NOT_READY here");
        assertThat(directory.resolve("backup").resolve("backup.json")).doesNotExist();
    }

    @Test
    void copiesThatAlwaysBreakOffAreNotPulledForEver() throws IOException {
        ScriptedMember only = member("n1", brokenOff());
        assertThatThrownBy(this::save).isInstanceOf(Unavailable.class);
        assertThat(only.copies.get()).isEqualTo(SHORT.brokenOff());
    }
}
