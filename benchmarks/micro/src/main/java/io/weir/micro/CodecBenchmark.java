package io.weir.micro;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.weir.protocol.Answer;
import io.weir.protocol.Appended;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.SubmitResponse;
import io.weir.protocol.TimedCommand;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What an append costs in its forms on the way: in a client's message, in an entry of the log, and in an answer. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
public class CodecBenchmark {
    private static final int COMMANDS = 256;

    /** Payload of an event. */
    @Param({"100", "1024"})
    int bytes;

    private LogEntry entry;
    private byte[] encodedEntry;
    private SubmitRequest request;
    private byte[] encodedRequest;

    /** Makes what is encoded and decoded. */
    @Setup
    public void make() {
        entry = new Appends(1, 64, bytes).entry(COMMANDS);
        encodedEntry = entry.toByteArray();
        SubmitRequest.Builder builder = SubmitRequest.newBuilder();
        for (Proposal proposal : entry.getProposalsList()) {
            builder.addCommands(TimedCommand.newBuilder()
                    .setTag(builder.getCommandsCount())
                    .setPartition(1)
                    .setTimeoutMs(10_000)
                    .setCommand(proposal.getCommand()));
        }
        request = builder.build();
        encodedRequest = request.toByteArray();
    }

    /** A client's message, as gRPC reads it. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public SubmitRequest parseRequest() throws IOException {
        return SubmitRequest.parseFrom(encodedRequest);
    }

    /** A client's message, made of what callers asked for. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public byte[] encodeRequest() {
        SubmitRequest.Builder builder = SubmitRequest.newBuilder();
        for (TimedCommand command : request.getCommandsList()) {
            builder.addCommands(command.toBuilder().setTag(command.getTag() + 1));
        }
        return builder.build().toByteArray();
    }

    /** An entry, as a leader makes it. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public byte[] encodeEntry() {
        LogEntry.Builder builder =
                LogEntry.newBuilder().setFormat(entry.getFormat()).setStampMs(entry.getStampMs());
        for (Proposal proposal : entry.getProposalsList()) {
            builder.addProposals(proposal.toBuilder().setDeadlineMs(proposal.getDeadlineMs() + 1));
        }
        return builder.build().toByteArray();
    }

    /** An entry, as a follower reads it. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public LogEntry parseEntry() throws IOException {
        CodedInputStream in = UnsafeByteOperations.unsafeWrap(encodedEntry).newCodedInput();
        in.enableAliasing(true);
        return LogEntry.parseFrom(in);
    }

    /** The answers to all of it. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public byte[] encodeAnswers() {
        SubmitResponse.Builder builder = SubmitResponse.newBuilder();
        for (int i = 0; i < COMMANDS; i++) {
            builder.addAnswers(Answer.newBuilder()
                    .setTag(i)
                    .setOutcome(Outcome.newBuilder()
                            .setAppended(Appended.newBuilder()
                                    .setFirstRevision(i)
                                    .setCount(1)
                                    .setFirstPosition(1_000_000 + i))));
        }
        return builder.build().toByteArray();
    }
}
