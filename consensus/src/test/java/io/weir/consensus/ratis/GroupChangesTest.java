package io.weir.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.junit.jupiter.api.Test;

/** Groups that Ratis starts and stops later than anybody waits. */
class GroupChangesTest {
    private static final long TIMEOUT_MS = 50;
    private static final long TERM = 7;

    private final RaftPeerId self = RaftPeerId.valueOf("n1");
    private final RaftGroupId id = RaftGroupId.valueOf(LoneRaft.GROUP);
    private final RaftGroup group = RaftGroup.valueOf(id);
    private final GroupChanges changes = new GroupChanges(self, ClientId.randomId(), TIMEOUT_MS);
    private final Slow slow = new Slow();
    private final List<String> done = new ArrayList<>();

    /** A server that does what it is asked when the test says so. */
    private static final class Slow {
        record Asked(GroupManagementRequest request, CompletableFuture<RaftClientReply> reply) {}

        final LinkedBlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
        final AtomicInteger groups = new AtomicInteger();
        final RaftServer server = (RaftServer) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RaftServer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("groupManagementAsync")) {
                        Asked request = new Asked((GroupManagementRequest) arguments[0], new CompletableFuture<>());
                        asked.add(request);
                        return request.reply();
                    }
                    if (method.getName().equals("getDivision") && groups.get() > 0) {
                        return division();
                    }
                    throw new IOException("no " + method.getName());
                });

        private Object division() {
            Object info = Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {DivisionInfo.class},
                    (proxy, method, arguments) -> TERM);
            return Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {RaftServer.Division.class},
                    (proxy, method, arguments) -> info);
        }

        Asked next() throws InterruptedException {
            Asked next = asked.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("a request").isNotNull();
            return next;
        }

        void add() throws InterruptedException {
            Asked next = next();
            assertThat(next.request().getAdd()).isNotNull();
            groups.incrementAndGet();
            succeed(next);
        }

        void remove() throws InterruptedException {
            Asked next = next();
            assertThat(next.request().getRemove()).isNotNull();
            groups.decrementAndGet();
            succeed(next);
        }

        private void succeed(Asked asked) {
            asked.reply()
                    .complete(RaftClientReply.newBuilder()
                            .setRequest(asked.request())
                            .setSuccess()
                            .build());
        }
    }

    private void add() throws IOException {
        changes.add(slow.server, group, () -> done.add("opened"), () -> done.add("released"));
    }

    @Test
    void aGroupThatStartsTooLateIsRemovedBeforeItsFilesAreTouched() throws Exception {
        assertThatThrownBy(this::add).isInstanceOf(IOException.class).hasMessageContaining("to start");
        assertThatThrownBy(() -> changes.requireGone(id)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> changes.awaitEnd(id)).isInstanceOf(IOException.class);
        slow.add();
        assertThatThrownBy(() -> changes.awaitEnd(id)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> changes.requireGone(id)).isInstanceOf(IOException.class);
        slow.remove();
        assertThat(changes.awaitEnd(id)).isEqualTo(TERM);
        changes.requireGone(id);
        assertThat(changes.awaitEnd(id)).isEqualTo(-1);
        assertThat(slow.groups).hasValue(0);
        assertThat(done).isEmpty();
    }

    @Test
    void aGroupThatFailsLateIsReleasedAndGone() throws Exception {
        assertThatThrownBy(this::add).isInstanceOf(IOException.class);
        slow.next().reply().completeExceptionally(new IOException("unreadable"));
        assertThat(changes.awaitEnd(id)).isEqualTo(-1);
        changes.requireGone(id);
        assertThat(done).containsExactly("released");
    }

    @Test
    void whatBelongsToTheStartAndFailsEndsTheGroup() throws Exception {
        CompletableFuture<Void> server = CompletableFuture.runAsync(() -> {
            try {
                slow.add();
                slow.remove();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThatThrownBy(() -> new GroupChanges(self, ClientId.randomId(), 10_000)
                        .add(
                                slow.server,
                                group,
                                () -> {
                                    throw new IOException("the directory cannot be forced");
                                },
                                () -> {}))
                .hasMessageContaining("forced");
        server.get(10, TimeUnit.SECONDS);
        assertThat(slow.groups).hasValue(0);
    }

    @Test
    void aStopThatTakesTooLongIsNotTakenForOneThatIsDone() throws Exception {
        slow.groups.incrementAndGet();
        changes.remove(slow.server, id);
        assertThatThrownBy(() -> changes.awaitEnd(id)).hasMessageContaining("to stop");
        assertThatThrownBy(() -> changes.awaitEnd(id)).hasMessageContaining("to stop");
        slow.remove();
        assertThat(changes.awaitEnd(id)).isEqualTo(TERM);
        assertThat(slow.asked).as("further requests").isEmpty();
    }
}
