package io.weir.consensus.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Expected;
import io.weir.protocol.Limits;
import io.weir.protocol.PartAppended;
import io.weir.protocol.Prepare;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.PreparedTransaction;
import io.weir.protocol.ProposeRequest;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.StreamState;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.TimedCommand;
import io.weir.protocol.Transact;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Violation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which messages have too many parts, and that the largest that Weir itself sends have not. */
class MessagePartsTest {
    private static final int MANY = MessageParts.MAX_PARTS;
    private static final ByteString NAME = ByteString.copyFromUtf8("s");
    private static final Expected EXPECTED =
            Expected.newBuilder().setKind(Expected.Kind.REVISION).setRevision(7).build();
    private static final TransactionId ID = TransactionId.newBuilder()
            .setSessionHigh(1)
            .setSessionLow(2)
            .setSequence(3)
            .setHome(4)
            .setExpiryMs(5)
            .build();

    private static boolean areTooMany(Message message) throws IOException {
        return MessageParts.areTooMany(message.toByteArray(), message.getDescriptorForType());
    }

    private static Message submit(Command.Builder command) {
        return SubmitRequest.newBuilder()
                .addCommands(TimedCommand.newBuilder().setCommand(command))
                .build();
    }

    private static Message propose(TransactionStep.Builder step) {
        return ProposeRequest.newBuilder().setStep(step.setId(ID)).build();
    }

    private static List<Append> appends(int appends, int events) {
        Append append = Append.newBuilder()
                .setStream(NAME)
                .setExpected(EXPECTED)
                .addAllEvents(Collections.nCopies(events / appends, ByteString.copyFromUtf8("e")))
                .build();
        return Collections.nCopies(appends, append);
    }

    @Test
    void emptyAppendsCount() throws IOException {
        List<Append> empty = Collections.nCopies(MANY, Append.getDefaultInstance());
        assertThat(areTooMany(submit(
                        Command.newBuilder().setTransact(Transact.newBuilder().addAllAppends(empty)))))
                .isTrue();
        assertThat(areTooMany(submit(Command.newBuilder()
                        .setDistributed(DistributedTransact.newBuilder().addAllAppends(empty)))))
                .isTrue();
        assertThat(areTooMany(propose(TransactionStep.newBuilder()
                        .setPrepare(Prepare.newBuilder().addAllAppends(empty)))))
                .isTrue();
    }

    @Test
    void theLargestTransactionAndItsStepsDoNotReachTheLimit() throws IOException {
        List<Append> largest = appends(Limits.MAX_STREAMS_PER_TRANSACTION, Limits.MAX_EVENTS_PER_TRANSACTION);
        assertThat(areTooMany(submit(
                        Command.newBuilder().setTransact(Transact.newBuilder().addAllAppends(largest)))))
                .isFalse();
        assertThat(areTooMany(submit(Command.newBuilder()
                        .setDistributed(DistributedTransact.newBuilder().addAllAppends(largest)))))
                .isFalse();
        List<Integer> participants = IntStream.range(0, Limits.SLOTS).boxed().toList();
        assertThat(areTooMany(propose(TransactionStep.newBuilder()
                        .setPrepare(Prepare.newBuilder()
                                .addAllParticipants(participants)
                                .addAllAppends(largest)))))
                .isFalse();
        PartAppended appended = PartAppended.newBuilder()
                .setPartition(1)
                .setFirstRevision(2)
                .setCount(3)
                .build();
        CommittedTransaction.Builder commit = CommittedTransaction.newBuilder()
                .addAllAppends(Collections.nCopies(Limits.MAX_STREAMS_PER_TRANSACTION, appended));
        participants.forEach(partition -> commit.addParts(
                PreparedPart.newBuilder().setPartition(partition).setIndex(9)));
        assertThat(areTooMany(propose(TransactionStep.newBuilder()
                        .setDecide(Decide.newBuilder()
                                .addAllParticipants(participants)
                                .setCommit(commit)))))
                .isFalse();
        Violation violation = Violation.newBuilder()
                .setStream(NAME)
                .setExpected(EXPECTED)
                .setActual(StreamState.newBuilder().setExists(true).setRevision(8))
                .build();
        assertThat(areTooMany(propose(TransactionStep.newBuilder()
                        .setDecide(Decide.newBuilder()
                                .addAllParticipants(participants)
                                .setAbort(AbortedTransaction.newBuilder()
                                        .addAllViolations(
                                                Collections.nCopies(Limits.MAX_STREAMS_PER_TRANSACTION, violation)))))))
                .isFalse();
    }

    @Test
    void theLargestTokenDoesNotReachTheLimit() throws IOException {
        PreparedTransaction prepared =
                PreparedTransaction.newBuilder().setId(ID).setIndex(7).build();
        ReadLevel.Builder level =
                ReadLevel.newBuilder().addAllPrepared(Collections.nCopies(Limits.MAX_TRANSACTIONS_PER_TOKEN, prepared));
        assertThat(areTooMany(QueryRequest.newBuilder().setLevel(level).build()))
                .isFalse();
    }

    @Test
    void packedNumbersCount() throws IOException {
        List<Long> ones = Collections.nCopies(8 * MANY, 1L);
        assertThat(areTooMany(submit(Command.newBuilder().addAllAfter(ones)))).isTrue();
        assertThat(areTooMany(submit(Command.newBuilder().addAllAfter(ones.subList(0, 4 * MANY)))))
                .isFalse();
    }

    private interface Writer {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            writer.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** What is not known is kept with the message. */
    @Test
    void unknownFieldsCountAndGroupsAreRefused() throws IOException {
        byte[] unknown = bytes(out -> {
            for (int i = 0; i <= MANY; i++) {
                out.writeUInt32(100, 1);
            }
        });
        assertThat(MessageParts.areTooMany(unknown, SubmitRequest.getDescriptor()))
                .isTrue();
        byte[] inside = bytes(out -> out.writeByteArray(SubmitRequest.COMMANDS_FIELD_NUMBER, unknown));
        assertThat(MessageParts.areTooMany(inside, SubmitRequest.getDescriptor()))
                .isTrue();
        byte[] groups = bytes(out -> {
            out.writeTag(100, WireFormat.WIRETYPE_START_GROUP);
            out.writeTag(100, WireFormat.WIRETYPE_END_GROUP);
        });
        assertThat(SubmitRequest.parseFrom(CodedInputStream.newInstance(groups))
                        .getUnknownFields()
                        .asMap())
                .as("otherwise it would be taken")
                .containsKey(100);
        assertThatThrownBy(() -> MessageParts.areTooMany(groups, SubmitRequest.getDescriptor()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("group");
    }
}
