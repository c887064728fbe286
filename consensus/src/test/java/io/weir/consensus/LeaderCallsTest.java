package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.protocol.ClusterId;
import io.weir.protocol.Error;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom a call to a leader asks, for how long, and that it always ends. */
class LeaderCallsTest {
    private static final long SILENT_MS = 100;
    private static final long TIMEOUT_MS = 20_000;

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private volatile String leader = "b";
    private volatile @Nullable RuntimeException defect;
    private final AtomicInteger looks = new AtomicInteger();
    private final LeaderCalls calls = new LeaderCalls(
            List.of("a", "b", "c"),
            partition -> {
                looks.incrementAndGet();
                RuntimeException thrown = defect;
                if (thrown != null) {
                    throw thrown;
                }
                return leader;
            },
            timer,
            SILENT_MS);

    private record Asked(String member, long timeoutMs, CompletableFuture<String> answer) {}

    LeaderCallsTest() {
        timer.setRemoveOnCancelPolicy(true);
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    private CompletableFuture<String> call(long timeoutMs) {
        return calls.call(1, timeoutMs, (member, attemptMs) -> {
            CompletableFuture<String> answer = new CompletableFuture<>();
            asked.add(new Asked(member, attemptMs, answer));
            return answer;
        });
    }

    private Asked next() throws InterruptedException {
        Asked next = asked.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("an attempt").isNotNull();
        return next;
    }

    private void awaitLooks(int more) throws InterruptedException {
        int until = looks.get() + more;
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (looks.get() < until) {
            assertThat(System.nanoTime()).isLessThan(endNanos);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static NodeFailure failure(CompletableFuture<String> call) throws InterruptedException, TimeoutException {
        try {
            throw new AssertionError("answered: " + call.get(10, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return (NodeFailure) Objects.requireNonNull(e.getCause());
        }
    }

    @Test
    void whoWaitsAtTheLeaderIsNotAskedAgainWhileItLeads() throws Exception {
        CompletableFuture<String> call = call(TIMEOUT_MS);
        Asked first = next();
        assertThat(first.member()).isEqualTo("b");
        assertThat(first.timeoutMs()).as("it may wait as long as its caller").isGreaterThan(TIMEOUT_MS - 1_000);
        awaitLooks(4);
        assertThat(asked).isEmpty();
        first.answer().complete("done");
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(timer.getQueue()).as("nobody looks any more").isEmpty();
    }

    /** This node's own replica may be away; the leader is not, for all it knows. */
    @Test
    void whoIsNotKnownToLeadAnyMoreIsWaitedForUntilAnotherIs() throws Exception {
        CompletableFuture<String> call = call(TIMEOUT_MS);
        Asked first = next();
        leader = "";
        awaitLooks(4);
        assertThat(asked).isEmpty();
        leader = "c";
        assertThat(next().member()).isEqualTo("c");
        first.answer().complete("too late");
        assertThat(call).isNotDone();
    }

    @Test
    void aLeaderThatIsGoneWithoutAWordIsNoticed() throws Exception {
        CompletableFuture<String> call = call(TIMEOUT_MS);
        Asked first = next();
        leader = "c";
        Asked second = next();
        assertThat(second.member()).isEqualTo("c");
        assertThat(first.answer()).as("what waits there must not get its turn").isCancelled();
        second.answer().complete("done");
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    }

    @Test
    void whoeverIsAskedWhileNobodyIsKnownToLeadMustAnswerSoon() throws Exception {
        leader = "";
        CompletableFuture<String> call = call(TIMEOUT_MS);
        assertThat(next().member()).isEqualTo("a");
        assertThat(next().member()).isEqualTo("b");
        next().answer().complete("done");
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    }

    /** The members elect another leader while the old one's address is another cluster's. */
    @Test
    void aNodeOfAnotherClusterIsPassedBy() throws Exception {
        CompletableFuture<String> call = call(TIMEOUT_MS);
        Asked first = next();
        leader = "c";
        first.answer()
                .completeExceptionally(new NodeFailure(Objects.requireNonNull(ClusterId.refusal("theirs", "ours"))));
        Asked second = next();
        assertThat(second.member()).isEqualTo("c");
        second.answer().complete("done");
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("done");
    }

    @Test
    void aDefectEndsTheCall() throws Exception {
        defect = new IllegalStateException("a defect");
        assertThat(failure(call(TIMEOUT_MS)).error().getCode()).isEqualTo(Error.Code.INTERNAL);
        defect = null;
        CompletableFuture<String> again = call(TIMEOUT_MS);
        Asked first = next();
        defect = new IllegalStateException("a defect");
        first.answer().completeExceptionally(Failures.notReady("not yet"));
        assertThat(failure(again).error().getMessage()).contains("a defect");
    }

    @Test
    void aDefectInALookEndsTheCall() throws Exception {
        CompletableFuture<String> call = call(TIMEOUT_MS);
        next();
        defect = new IllegalStateException("a defect");
        assertThat(failure(call).error().getMessage()).contains("a defect");
    }

    @Test
    void anAttemptThatThrowsIsAFailure() {
        CompletableFuture<String> call = calls.call(1, TIMEOUT_MS, (member, attemptMs) -> {
            throw new NodeFailure(Error.Code.INVALID_ARGUMENT, "no", false);
        });
        assertThatThrownBy(call::join).hasRootCauseInstanceOf(NodeFailure.class);
    }

    @Test
    void itEndsWhenItsTimeIsUp() throws Exception {
        CompletableFuture<String> call = call(500);
        while (!call.isDone()) {
            Asked one = asked.poll(10, TimeUnit.MILLISECONDS);
            if (one != null) {
                one.answer().completeExceptionally(Failures.notReady("never"));
            }
        }
        assertThat(failure(call).error().getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
    }
}
