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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose leaders come and go while it is saved: members that answer as they are told, over real connections. */
class ClusterSourceIT {
    private static final Patience SHORT = new Patience(Duration.ofMillis(700), 5, Duration.ofMillis(5));

    @TempDir
    Path directory;

    private final List<Server> servers = new ArrayList<>();
    private final ClusterDescription.Builder description =
            ClusterDescription.newBuilder().setClusterId(StoredCluster.CLUSTER).addLeaders("n1");

    @AfterEach
    void close() {
        servers.forEach(Server::shutdownNow);
    }

    /** Gives one answer after the other, and the last one for ever. */
    private static final class ScriptedMember extends WeirPeersGrpc.WeirPeersImplBase {
        private final Deque<Answer> answers = new ArrayDeque<>();
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public void pull(PullRequest request, StreamObserver<PullResponse> responses) {
            assertThat(request.getBarrier()).isTrue();
            assertThat(request.getNodeId()).isEmpty();
            asked.incrementAndGet();
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
            cluster.pull(0, new BackupSource.Attempt() {
                @Override
                public void begin() {
                    chunks.clear();
                }

                @Override
                public void chunk(ByteBuffer chunk) {
                    byte[] bytes = new byte[chunk.remaining()];
                    chunk.duplicate().get(bytes);
                    chunks.add(bytes);
                }

                @Override
                public void end() {}
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

    private static Answer error(Error.Code code, String leader) {
        return responses -> {
            responses.onNext(PullResponse.newBuilder()
                    .setError(Error.newBuilder()
                            .setCode(code)
                            .setMessage(code + " here")
                            .setLeader(leader))
                    .build());
            responses.onCompleted();
        };
    }

    private static void send(StreamObserver<PullResponse> responses, List<byte[]> chunks) {
        chunks.forEach(chunk -> responses.onNext(
                PullResponse.newBuilder().setChunk(ByteString.copyFrom(chunk)).build()));
    }

    private Backup save() {
        try (ClusterSource source = new ClusterSource(description.build(), SHORT)) {
            return BackupWriter.create(directory.resolve("backup"), source, (p, r, b) -> {});
        }
    }

    @Test
    void theLeaderIsFollowedAndWhatBreaksOffBeginsAnew() throws IOException {
        ScriptedMember first = member("n1", error(Error.Code.NOT_LEADER, "n3"));
        ScriptedMember second = member("n2", error(Error.Code.NOT_LEADER, ""));
        member("n3", brokenOff(), damaged(), ended(), error(Error.Code.NOT_READY, ""), whole());
        Backup backup = save();
        assertThat(backup.verify((p, r, b) -> {})).singleElement().matches(PartCheck::isSound);
        assertThat(first.asked.get()).isEqualTo(5); // in each round
        assertThat(second.asked.get()).isEqualTo(4); // in each that did not succeed
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
        member("n1", error(Error.Code.NOT_LEADER, "n2"));
        member("n2", error(Error.Code.NOT_READY, ""));
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
        assertThat(only.asked.get()).isEqualTo(SHORT.brokenOff());
    }
}
