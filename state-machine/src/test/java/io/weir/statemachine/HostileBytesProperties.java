package io.weir.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.LogStore;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Event;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Proposal;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Bytes that no client of ours would send, in whatever way they came into the log. */
class HostileBytesProperties {
    /** What passes is parsed by every reader. Most random bytes do not pass: so valid events are damaged, too. */
    @Property(tries = 3_000)
    void anEventThatPassesCanBeParsed(@ForAll long seed) {
        Random random = new Random(seed);
        ByteString bytes = random.nextInt(10) == 0 ? randomBytes(random) : damaged(random, event(random));
        if (EventCheck.isWellFormed(bytes)) {
            try {
                assertThat(Event.parseFrom(bytes).getId().size()).isEqualTo(16);
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Property(tries = 1_000)
    void everyEventOfAClientPasses(@ForAll long seed) {
        assertThat(EventCheck.isWellFormed(event(new Random(seed)))).isTrue();
    }

    @Example
    void unknownFieldsPassAndGroupsDoNot() throws IOException {
        ByteString event = Commands.event("x");
        assertThat(EventCheck.isWellFormed(event.concat(field(100, 5)))).isTrue();
        ByteString group = ByteString.copyFrom(new byte[] {(15 << 3) | 3, (15 << 3) | 4});
        assertThat(EventCheck.isWellFormed(event.concat(group))).isFalse();
        assertThat(EventCheck.isWellFormed(event.concat(field(2, 5))))
                .as("type as a number")
                .isFalse();
        assertThat(EventCheck.isWellFormed(event.concat(field(1, 5))))
                .as("id as a number")
                .isFalse();
        ByteString badType = ByteString.copyFrom(new byte[] {(2 << 3) | 2, 1, (byte) 0xff});
        assertThat(EventCheck.isWellFormed(event.concat(badType)))
                .as("not UTF-8")
                .isFalse();
        ByteString badMap = ByteString.copyFrom(new byte[] {(4 << 3) | 2, 3, (1 << 3) | 2, 1, (byte) 0xff});
        assertThat(EventCheck.isWellFormed(event.concat(badMap)))
                .as("a key that is not UTF-8")
                .isFalse();
        ByteString longMap = ByteString.copyFrom(new byte[] {(4 << 3) | 2, 3, (1 << 3) | 2, 2, 'a', 'b'});
        assertThat(EventCheck.isWellFormed(event.concat(longMap)))
                .as("a key beyond its entry")
                .isFalse();
    }

    /** Whatever can be parsed gets outcomes, in whatever state, the same from two replicas, and these go on. */
    @Property(tries = 300)
    void noLogEntryMakesTheMachineThrow(@ForAll long seed) {
        Random random = new Random(seed);
        Histories.History history = Histories.random(random.nextLong());
        List<LogEntry> entries = history.steps().stream()
                .map(Histories.Step::entry)
                .filter(Objects::nonNull)
                .map(entry -> random.nextInt(3) == 0 ? hostile(random, entry) : entry)
                .toList();
        try (LogStore one = new MemoryLogStore(TestPartition.IDENTITY);
                LogStore two = new MemoryLogStore(TestPartition.IDENTITY)) {
            for (LogStore store : List.of(one, two)) {
                PartitionStateMachine machine = new PartitionStateMachine();
                for (int i = 0; i < entries.size(); i++) {
                    try (WriteBatch batch = store.beginWrite()) {
                        int outcomes = machine.apply(1, i, entries.get(i), batch)
                                .outcomes()
                                .size();
                        assertThat(outcomes)
                                .as("seed %d", seed)
                                .isEqualTo(entries.get(i).getProposalsCount());
                        batch.commit();
                    } catch (RuntimeException e) {
                        throw new AssertionError("seed " + seed + " entry " + i, e);
                    }
                }
            }
            assertThat(one.state()).as("seed %d", seed).isEqualTo(two.state());
            assertThat(Replay.content(one, history)).as("seed %d", seed).isEqualTo(Replay.content(two, history));
        }
    }

    private static LogEntry hostile(Random random, LogEntry base) {
        LogEntry.Builder entry;
        try {
            entry = LogEntry.newBuilder().mergeFrom(damaged(random, base.toByteString()));
        } catch (InvalidProtocolBufferException e) {
            // Such an entry never reaches the machine; the undamaged one does.
            entry = base.toBuilder();
        }
        try {
            entry.addProposals(Proposal.parseFrom(randomBytes(random)));
        } catch (InvalidProtocolBufferException e) {
            Append.Builder append =
                    Append.newBuilder().setStream(randomBytes(random)).addEvents(randomBytes(random));
            entry.addProposals(
                    Proposal.newBuilder().setCommand(Command.newBuilder().setAppend(append)));
        }
        return entry.setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT).build();
    }

    private static ByteString event(Random random) {
        Event.Builder event = Event.newBuilder().setId(ByteString.copyFrom(new byte[16]));
        for (int i = random.nextInt(3); i > 0; i--) {
            event.putProperties(text(random), text(random)).addTags(text(random));
        }
        return event.setType(text(random))
                .setContentType(text(random))
                .setPayload(randomBytes(random))
                .build()
                .toByteString();
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(20), 0, 0xd800)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** A few bytes changed, a piece cut out, or a piece repeated. */
    private static ByteString damaged(Random random, ByteString good) {
        if (good.isEmpty()) {
            return good;
        }
        int from = random.nextInt(good.size());
        int to = Math.min(good.size(), from + 1 + random.nextInt(8));
        return switch (random.nextInt(4)) {
            case 0 -> good.substring(0, from).concat(good.substring(to));
            case 1 -> good.substring(0, to).concat(good.substring(from));
            case 2 -> good;
            default -> {
                byte[] bytes = good.toByteArray();
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                yield ByteString.copyFrom(bytes);
            }
        };
    }

    private static ByteString randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private static ByteString field(int number, int value) throws IOException {
        byte[] bytes = new byte[CodedOutputStream.computeInt32Size(number, value)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeInt32(number, value);
        out.flush();
        return ByteString.copyFrom(bytes);
    }
}
