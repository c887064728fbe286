package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.DigestReport;
import io.weir.protocol.DigestReports;
import io.weir.protocol.Expected;
import io.weir.protocol.Fence;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Proposal;
import io.weir.protocol.Requirement;
import io.weir.protocol.Transact;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Random logs of a partition, each from one seed: appends and transactions of several short-lived sessions, with
 * duplicates, reused ids, reordering, predecessors that are missing, marks that rise, deadlines, clocks that jump both
 * ways, expiries, bursts, fences and malformed commands. Every other log has {@link RandomSteps} of transactions between them.
 */
final class Histories {
    private static final String[] STREAMS = {"a", "b", "c", "{a}x", "ünï"};

    /**
     * An entry of the Raft log.
     *
     * @param entry null for one without commands
     */
    record Step(long term, long index, @Nullable LogEntry entry) {
        Step withoutDigests() {
            return new Step(
                    term,
                    index,
                    entry == null
                            ? null
                            : entry.toBuilder()
                                    .clearDigestMark()
                                    .clearDigestReports()
                                    .build());
        }
    }

    /**
     * A log.
     *
     * @param sessions all that occur in it
     * @param lastSequence the highest sequence in it
     */
    record History(long seed, List<Step> steps, List<SessionId> sessions, long lastSequence) {
        /** The log as a node reads it that knows neither marks nor reports. */
        History withoutDigests() {
            return new History(seed, steps.stream().map(Step::withoutDigests).toList(), sessions, lastSequence);
        }

        @Override
        public String toString() {
            return "Histories.random(" + seed + "L)";
        }
    }

    static final class Client {
        final SessionId id;
        final List<Command> sent = new ArrayList<>();
        long next = 1;
        long mark;

        Client(SessionId id) {
            this.id = id;
        }
    }

    private static final String[] NODES = {"n1", "n2", "n3"};

    private final Random random;
    /** Draws apart from the others: a log with its marks taken out is the same log. */
    private final Random marks;

    private long lastMark = -1;
    /** Likewise: half of the logs have none. */
    private final RandomSteps steps;

    private final boolean hasSteps;
    private final List<Client> clients = new ArrayList<>();
    private final List<SessionId> sessions = new ArrayList<>();
    private final List<Command> delayed = new ArrayList<>();
    /** About how many events each stream has: so that conditions on revisions hold now and then. */
    private final TreeMap<String, Integer> lengths = new TreeMap<>();

    private long nowMs = Commands.T0;
    private long lastSequence = 1;

    private Histories(long seed) {
        random = new Random(seed);
        marks = new Random(~seed);
        Random forSteps = new Random(seed ^ 0x5DEECE66DL << 16);
        hasSteps = forSteps.nextBoolean();
        steps = new RandomSteps(forSteps, this);
    }

    static History random(long seed) {
        Histories histories = new Histories(seed);
        return new History(seed, histories.steps(), histories.sessions, histories.lastSequence);
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        int count = 5 + random.nextInt(60);
        long term = 1;
        long index = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            term += chance(5) ? 1 + random.nextInt(2) : 0;
            steps.add(new Step(term, index, chance(8) ? null : withDigests(index, entry())));
            index += chance(5) ? 2 : 1;
        }
        return steps;
    }

    private LogEntry entry() {
        long stampMs = stamp();
        if (clients.isEmpty() || chance(10)) {
            newClient();
        }
        List<Proposal> proposals = new ArrayList<>();
        if (chance(1)) {
            burst(proposals);
        }
        for (int i = random.nextInt(7); i > 0; i--) {
            Command command = command();
            long deadlineMs = chance(85) ? Commands.NEVER : stampMs - 1_000 + random.nextInt(3_000);
            proposals.add(Proposal.newBuilder()
                    .setCommand(command)
                    .setDeadlineMs(deadlineMs)
                    .build());
        }
        if (hasSteps) {
            steps.mixInto(proposals);
        }
        return Commands.entry(stampMs, proposals);
    }

    /** Now and then a mark, and reports about the last one, or about another. */
    private LogEntry withDigests(long index, LogEntry entry) {
        LogEntry.Builder more = entry.toBuilder();
        if (marks.nextInt(8) == 0) {
            more.setDigestMark(true);
            lastMark = index;
        } else if (marks.nextInt(5) == 0) {
            DigestReports.Builder reports =
                    more.getDigestReportsBuilder().setMembers(3).setIndex(lastMark - marks.nextInt(8) / 7);
            for (int i = marks.nextInt(4); i > 0; i--) {
                reports.addReports(DigestReport.newBuilder()
                        .setNodeId(NODES[marks.nextInt(8) == 0 ? 0 : i - 1])
                        .setDigestHigh(marks.nextInt(2))
                        .setDigestLow(marks.nextInt(8) / 7));
            }
        }
        return more.build();
    }

    private long stamp() {
        int kind = random.nextInt(100);
        if (kind < 70) {
            nowMs += random.nextInt(500);
        } else if (kind < 82) {
            nowMs += random.nextInt(60_000);
        } else if (kind < 86) {
            nowMs += random.nextInt(200_000);
        } else if (kind < 95) {
            return nowMs - random.nextInt(5_000);
        } else if (kind < 96) {
            return random.nextBoolean() ? -nowMs : SessionIds.MAX_STAMP_MS + random.nextInt(2);
        }
        return nowMs;
    }

    private void newClient() {
        long issuedMs = nowMs + random.nextInt(5_000) - 2_500 + (chance(3) ? 2 * SessionTable.MAX_ISSUED_AHEAD_MS : 0);
        Client client = new Client(SessionIds.issue(issuedMs, 1 + random.nextInt(3), sessions.size()));
        clients.add(client);
        sessions.add(client.id);
        if (clients.size() > 4) {
            clients.remove(random.nextInt(clients.size()));
        }
    }

    /** More answers than one sweep removes. */
    private void burst(List<Proposal> proposals) {
        Client client = anyClient();
        for (int i = Sweep.STEPS * 3; i > 0; i--) {
            long sequence = client.next++;
            Command.Builder append = appendTo("a", Commands.any(), text(client, sequence, "burst"));
            proposals.add(Commands.proposal(send(client, sequence, append)));
        }
    }

    private Command command() {
        int kind = random.nextInt(100);
        if (kind < 47) {
            return fresh();
        } else if (kind < 50) {
            return fence();
        } else if (kind < 60) {
            delayed.add(fresh());
            return fresh();
        } else if (kind < 70 && !delayed.isEmpty()) {
            return delayed.remove(random.nextInt(delayed.size()));
        } else if (kind < 90) {
            return again();
        } else if (kind < 95) {
            return reused();
        }
        return malformed(fresh().toBuilder());
    }

    private Command fresh() {
        Client client = anyClient();
        client.next += chance(10) ? 1 : 0;
        long sequence = client.next++;
        return send(client, sequence, operation(client, sequence, "first"));
    }

    /** The same request once more, perhaps with what a client changes when it sends again. */
    private Command again() {
        Client client = anyClient();
        if (client.sent.isEmpty()) {
            return fresh();
        }
        Command sent = client.sent.get(random.nextInt(client.sent.size()));
        if (chance(50)) {
            return sent;
        }
        return header(client, sent.toBuilder().clearAfter(), sent.getRequestId().getSequence())
                .build();
    }

    /** Of a request that was executed, is on its way, is yet to come, or is another fence. */
    private Command fence() {
        Client client = anyClient();
        long sequence = 1L + random.nextInt((int) client.next);
        return header(client, Command.newBuilder().setFence(Fence.getDefaultInstance()), sequence)
                .build();
    }

    private Command reused() {
        Client client = anyClient();
        long sequence = 1L + random.nextInt((int) client.next);
        return header(client, operation(client, sequence, "reused"), sequence).build();
    }

    private Command send(Client client, long sequence, Command.Builder operation) {
        Command command = header(client, operation, sequence).build();
        client.sent.add(command);
        return command;
    }

    private Command.Builder header(Client client, Command.Builder command, long sequence) {
        used(sequence);
        command.setRequestId(Commands.id(client.id, sequence));
        if (chance(10) && sequence > 1) {
            client.mark = Math.max(client.mark, random.nextInt((int) sequence));
        }
        command.setLowWaterMark(Math.min(client.mark, sequence - 1));
        for (int i = chance(30) ? 1 + random.nextInt(2) : 0; i > 0 && sequence > 1; i--) {
            command.addAfter(sequence - 1 - random.nextInt((int) Math.min(4, sequence - 1)));
        }
        return command;
    }

    private Command.Builder operation(Client client, long sequence, String variant) {
        String text = text(client, sequence, variant);
        if (chance(60)) {
            String stream = anyStream();
            return appendTo(stream, condition(stream), text);
        }
        Transact.Builder transact = Transact.newBuilder();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            String stream = anyStream();
            transact.addAppends(append(stream, condition(stream), text + "-" + i));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            String stream = anyStream();
            transact.addRequirements(Requirement.newBuilder()
                    .setStream(ByteString.copyFromUtf8(stream))
                    .setExpected(condition(stream)));
        }
        return Command.newBuilder().setTransact(transact);
    }

    /** Says in every event which request it belongs to. */
    private static String text(Client client, long sequence, String variant) {
        return client.id.low() + "-" + sequence + "/" + variant;
    }

    private Command.Builder appendTo(String stream, Expected expected, String text) {
        return Command.newBuilder().setAppend(append(stream, expected, text));
    }

    Append append(String stream, Expected expected, String text) {
        int count = random.nextInt(4);
        String[] events = new String[count];
        for (int i = 0; i < count; i++) {
            events[i] = text + "#" + i;
        }
        lengths.merge(stream, count, Integer::sum);
        return Commands.append(stream, expected, events);
    }

    Expected condition(String stream) {
        long guess = Math.max(0, lengths.getOrDefault(stream, 0) - 1 - random.nextInt(4));
        return switch (random.nextInt(8)) {
            case 0 -> Commands.noStream();
            case 1 -> Commands.exists();
            case 2 -> Commands.revision(guess);
            case 3 -> Commands.atMost(guess);
            default -> Commands.any();
        };
    }

    private Command malformed(Command.Builder command) {
        ByteString garbage = ByteString.copyFrom(new byte[] {(byte) 0xff, 0, (byte) 0x80});
        long sequence = command.getRequestId().getSequence();
        return switch (random.nextInt(9)) {
            case 0 -> command.clearRequestId().build();
            case 1 -> command.clearOperation().build();
            case 2 -> command.setLowWaterMark(sequence).build();
            case 3 -> command.addAfter(sequence + random.nextInt(2)).build();
            case 4 ->
                command.setAppend(Append.newBuilder().setStream(garbage).setExpected(Commands.any()))
                        .build();
            case 5 ->
                command.setAppend(
                                Commands.append("a", Commands.any()).toBuilder().addEvents(garbage))
                        .build();
            case 6 ->
                command.setAppend(Append.newBuilder().setStream(ByteString.copyFromUtf8("a")))
                        .build();
            case 7 ->
                command.setAppend(Commands.append(
                                "a", Expected.newBuilder().setKindValue(99).build(), "x"))
                        .build();
            default -> command.setTransact(Transact.getDefaultInstance()).build();
        };
    }

    long nowMs() {
        return nowMs;
    }

    /** Notes that the sequence occurs. */
    void used(long sequence) {
        lastSequence = Math.max(lastSequence, sequence);
    }

    Client anyClient() {
        return clients.get(random.nextInt(clients.size()));
    }

    String anyStream() {
        return STREAMS[random.nextInt(STREAMS.length)];
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
