package io.weir.consensus.frontdoor;

import static io.weir.consensus.frontdoor.TestClient.await;
import static io.weir.consensus.frontdoor.TestClient.timed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.frontdoor.TestClient.Conversation;
import io.weir.protocol.Answer;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.Rejected;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.TimedCommand;
import io.weir.protocol.Violation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Submit stream over a real port: order, coalescing, errors, back-pressure, and ends of every kind. */
class SubmitCallTest {
    private static final int MANY = Integer.MAX_VALUE;

    private final FakeNode node = new FakeNode();
    private final FrontDoor door = FrontDoor.start("test", node, List.of(), "127.0.0.1:0");
    private final TestClient client = new TestClient(door.port());

    @AfterEach
    void close() {
        client.close();
        door.close();
    }

    @Test
    void commandsReachTheNodeInTheOrderInWhichTheyWereSent() throws Exception {
        Conversation talk = client.submit(MANY);
        List<Long> sent = LongStream.range(0, 20_000).boxed().toList();
        for (int i = 0; i < 20_000; i += 8) {
            SubmitRequest.Builder message = SubmitRequest.newBuilder();
            for (int j = i; j < i + 8; j++) {
                message.addCommands(timed(j));
            }
            talk.requests().onNext(message.build());
        }
        talk.requests().onCompleted();
        talk.end.get(20, TimeUnit.SECONDS);
        assertThat(node.sequences()).isEqualTo(sent);
        assertThat(talk.tags()).isEqualTo(sent);
        assertThat(talk.answers.get(5).getOutcome().getAppended().getFirstRevision())
                .isEqualTo(5);
        assertThat(node.submissions.get(0).partition()).isEqualTo(1);
        assertThat(node.submissions.get(0).timeoutMs()).isEqualTo(5_000);
    }

    @Test
    void answersThatAreReadyTogetherTravelTogether() {
        node.holdsAnswers = true;
        Conversation talk = client.submit(MANY);
        talk.send(LongStream.range(0, 1_000).mapToObj(TestClient::timed).toArray(TimedCommand[]::new));
        await("1 000 submissions", () -> node.submissions.size() == 1_000);
        node.submissions.forEach(submission -> submission.answer().complete(FakeNode.appended(0)));
        await("1 000 answers", () -> talk.answers.size() == 1_000);
        assertThat(talk.messageSizes.size()).isLessThan(500);
    }

    @Test
    void anAnswerComesWhenItIsReadyAndNotInTheOrderOfTheCommands() {
        node.holdsAnswers = true;
        Conversation talk = client.submit(MANY);
        talk.send(timed(1), timed(2));
        await("two submissions", () -> node.submissions.size() == 2);
        node.submissions.get(1).answer().complete(FakeNode.appended(2));
        await("the second answer", () -> talk.answers.size() == 1);
        assertThat(talk.tags()).containsExactly(2L);
        node.submissions.get(0).answer().complete(FakeNode.appended(1));
        await("the first answer", () -> talk.answers.size() == 2);
    }

    @Test
    void aFailureOfTheNodeIsAnAnswerAndTheStreamGoesOn() {
        node.holdsAnswers = true;
        Conversation talk = client.submit(MANY);
        talk.send(timed(1), timed(2), timed(3));
        await("three submissions", () -> node.submissions.size() == 3);
        Error notLeader = Error.newBuilder()
                .setCode(Error.Code.NOT_LEADER)
                .setMessage("ask n2")
                .setLeader("n2")
                .build();
        node.submissions.get(0).answer().completeExceptionally(new NodeFailure(notLeader));
        node.submissions.get(1).answer().completeExceptionally(new IllegalStateException("a defect"));
        node.submissions.get(2).answer().complete(FakeNode.appended(3));
        await("three answers", () -> talk.answers.size() == 3);
        assertThat(answer(talk, 1).getError()).isEqualTo(notLeader);
        assertThat(answer(talk, 2).getError().getCode()).isEqualTo(Error.Code.INTERNAL);
        assertThat(answer(talk, 2).getError().getMaybeExecuted()).isTrue();
        assertThat(answer(talk, 3).hasOutcome()).isTrue();
    }

    @Test
    void aMessageThatWouldBeHugeInMemoryEndsItsStreamOnly() {
        SubmitRequest.Builder message = SubmitRequest.newBuilder();
        for (int i = 0; i <= MessageParts.MAX_PARTS; i++) {
            message.addCommands(TimedCommand.getDefaultInstance());
        }
        Conversation talk = client.submit(MANY);
        talk.requests().onNext(message.build());
        assertThatThrownBy(() -> talk.end.get(20, TimeUnit.SECONDS)).hasMessageContaining("parts");
        Conversation next = client.submit(MANY);
        next.send(timed(2));
        await("an answer", () -> next.answers.size() == 1);
    }

    @Test
    void anErrorEndsTheStreamAndNoOther() throws Exception {
        node.runsOutOfMemory = true;
        Conversation talk = client.submit(MANY);
        talk.send(timed(1));
        assertThatThrownBy(() -> talk.end.get(20, TimeUnit.SECONDS)).hasMessageContaining("as the test wants it");
        node.runsOutOfMemory = false;
        Conversation next = client.submit(MANY);
        next.send(timed(2));
        await("an answer", () -> next.answers.size() == 1);
    }

    @Test
    void aCommandThatIsNoneNeverReachesTheNode() {
        Conversation talk = client.submit(MANY);
        talk.send(
                TimedCommand.newBuilder().setTag(1).build(),
                timed(2).toBuilder().setPartition(-1).build(),
                timed(3));
        await("three answers", () -> talk.answers.size() == 3);
        assertThat(answer(talk, 1).getError().getCode()).isEqualTo(Error.Code.INVALID_ARGUMENT);
        assertThat(answer(talk, 2).getError().getMessage()).contains("4294967295");
        assertThat(node.sequences()).containsExactly(3L);
    }

    @Test
    void commandsBeyondTheBoundWaitForAnswers() {
        node.holdsAnswers = true;
        Conversation talk = client.submit(MANY);
        TimedCommand[] all = LongStream.range(0, SubmitCall.MAX_COMMANDS + 100)
                .mapToObj(TestClient::timed)
                .toArray(TimedCommand[]::new);
        talk.send(all);
        talk.send(timed(1_000_000));
        await("a full stream", () -> node.submissions.size() == SubmitCall.MAX_COMMANDS);
        // Another call of the same door serves as the barrier: had more been submitted, it would show by then.
        assertThat(client.blocking().describe(io.weir.protocol.DescribeRequest.getDefaultInstance()))
                .isNotNull();
        assertThat(node.submissions).hasSize(SubmitCall.MAX_COMMANDS);
        node.submissions.get(0).answer().complete(FakeNode.appended(0));
        await("one more", () -> node.submissions.size() == SubmitCall.MAX_COMMANDS + 1);
        node.holdsAnswers = false;
        node.submissions.forEach(submission -> submission.answer().complete(FakeNode.appended(0)));
        await("all answers", () -> talk.answers.size() == all.length + 1);
        assertThat(node.sequences()).last().isEqualTo(1_000_000L);
    }

    @Test
    void aClientThatDoesNotReadItsAnswersIsReadNoFurther() {
        String detail = "x".repeat(2_000);
        Outcome large = Outcome.newBuilder()
                .setRejected(Rejected.newBuilder()
                        .addViolations(
                                Violation.newBuilder().setStream(com.google.protobuf.ByteString.copyFromUtf8(detail))))
                .build();
        node.holdsAnswers = true;
        Conversation talk = client.submit(0);
        for (int i = 0; i < 30_000; i++) {
            talk.send(timed(i));
        }
        long answered = 0;
        int sizeBefore = -1;
        await("as many as may be under way", () -> node.submissions.size() >= SubmitCall.MAX_COMMANDS);
        long quietSince = System.nanoTime();
        while (System.nanoTime() - quietSince < 500_000_000L) {
            for (; answered < node.submissions.size(); answered++) {
                node.submissions.get((int) answered).answer().complete(large);
            }
            if (node.submissions.size() != sizeBefore) {
                sizeBefore = node.submissions.size();
                quietSince = System.nanoTime();
            }
            Thread.onSpinWait();
        }
        assertThat(node.submissions.size()).isLessThan(30_000);
        talk.requests().request(MANY);
        long from = answered;
        await("everything is answered once the client reads", new java.util.function.BooleanSupplier() {
            private int next = (int) from;

            @Override
            public boolean getAsBoolean() {
                for (; next < node.submissions.size(); next++) {
                    node.submissions.get(next).answer().complete(large);
                }
                return talk.answers.size() == 30_000;
            }
        });
    }

    @Test
    void largeCommandsAreBoundedByTheirBytes() {
        node.holdsAnswers = true;
        Conversation talk = client.submit(MANY);
        Command fat = Command.newBuilder()
                .setAppend(Append.newBuilder().addEvents(com.google.protobuf.ByteString.copyFrom(new byte[1 << 20])))
                .build();
        TimedCommand timed = timed(1).toBuilder().setCommand(fat).build();
        for (TimedCommand command : Collections.nCopies(64, timed)) {
            talk.send(command);
        }
        await("the bytes' bound", () -> node.submissions.size() >= 32);
        client.blocking().describe(io.weir.protocol.DescribeRequest.getDefaultInstance());
        assertThat(node.submissions).hasSizeBetween(31, 33);
        node.holdsAnswers = false;
        node.submissions.forEach(submission -> submission.answer().complete(FakeNode.appended(0)));
        await("all answers", () -> talk.answers.size() == 64);
    }

    @Test
    void aClientThatVanishesLeavesTheOthersAlone() {
        node.holdsAnswers = true;
        try (TestClient second = new TestClient(door.port())) {
            Conversation gone = second.submit(MANY);
            gone.send(timed(1));
            await("its command", () -> node.submissions.size() == 1);
        }
        node.submissions.get(0).answer().complete(FakeNode.appended(0));
        Conversation talk = client.submit(MANY);
        talk.send(timed(2));
        await("the other's command", () -> node.submissions.size() == 2);
        node.submissions.get(1).answer().complete(FakeNode.appended(1));
        await("the other's answer", () -> talk.tags().equals(List.of(2L)));
    }

    @Test
    void closingAnswersWhatIsUnderWayAndRefusesTheRest() throws Exception {
        node.holdsAnswers = true;
        Conversation talk = client.submit(MANY);
        talk.send(timed(1));
        await("its command", () -> node.submissions.size() == 1);
        Thread closer = new Thread(door::close, "closer");
        closer.start();
        await("the port is closed", () -> !isListening(door.port()));
        talk.send(timed(2));
        await("a refusal", () -> talk.tags().contains(2L));
        assertThat(answer(talk, 2).getError().getCode()).isEqualTo(Error.Code.NOT_READY);
        assertThat(answer(talk, 2).getError().getMaybeExecuted()).isFalse();
        node.submissions.get(0).answer().complete(FakeNode.appended(0));
        talk.end.get(10, TimeUnit.SECONDS);
        assertThat(talk.tags()).contains(1L);
        closer.join(10_000);
        assertThat(closer.isAlive()).isFalse();
    }

    private static Answer answer(Conversation talk, long tag) {
        return talk.answers.stream()
                .filter(answer -> answer.getTag() == tag)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
