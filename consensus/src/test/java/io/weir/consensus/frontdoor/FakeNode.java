package io.weir.consensus.frontdoor;

import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Appended;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.Outcome;
import io.weir.protocol.Page;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.RequestId;
import io.weir.protocol.Session;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A node that remembers what it was told, and answers as the test says: by default at once, with a revision per command. */
final class FakeNode implements NodeChannel {
    /** A command that came, and the future of its answer. */
    record Submission(int partition, Command command, long timeoutMs, CompletableFuture<Outcome> answer) {}

    final List<Submission> submissions = new CopyOnWriteArrayList<>();
    volatile boolean holdsAnswers;
    volatile boolean runsOutOfMemory;
    volatile Function<QueryRequest, CompletableFuture<QueryResponse>> onQuery =
            request -> CompletableFuture.completedFuture(QueryResponse.newBuilder()
                    .setPage(Page.newBuilder().setNextPosition(7))
                    .build());

    static Outcome appended(long revision) {
        return Outcome.newBuilder()
                .setAppended(Appended.newBuilder().setFirstRevision(revision).setCount(1))
                .build();
    }

    static Command command(long sequence) {
        return Command.newBuilder()
                .setRequestId(RequestId.newBuilder().setSequence(sequence))
                .build();
    }

    List<Long> sequences() {
        return submissions.stream()
                .map(submission -> submission.command.getRequestId().getSequence())
                .toList();
    }

    @Override
    public String endpoint() {
        return "fake";
    }

    @Override
    public CompletableFuture<ClusterDescription> describe(long timeoutMs) {
        return CompletableFuture.completedFuture(
                ClusterDescription.newBuilder().setClusterId("test").build());
    }

    @Override
    public CompletableFuture<Session> openSession(int lifeMinutes, long timeoutMs) {
        if (lifeMinutes == 0) {
            return CompletableFuture.failedFuture(
                    new NodeFailure(Error.Code.INVALID_ARGUMENT, "a life of 0 minutes", false));
        }
        return CompletableFuture.completedFuture(
                Session.newBuilder().setSessionLow(lifeMinutes).build());
    }

    @Override
    public synchronized CompletableFuture<Outcome> submit(int partition, Command command, long timeoutMs) {
        if (runsOutOfMemory) {
            throw new OutOfMemoryError("as the test wants it");
        }
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        submissions.add(new Submission(partition, command, timeoutMs, answer));
        if (!holdsAnswers) {
            answer.complete(appended(command.getRequestId().getSequence()));
        }
        return answer;
    }

    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        return onQuery.apply(request);
    }

    @Override
    public CompletableFuture<NodeStatus> status(long timeoutMs) {
        return CompletableFuture.failedFuture(new IllegalStateException("a defect"));
    }

    @Override
    public void close() {}
}
