package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Histories of clients that use an {@link Engine} all at once, each from one seed: whose turn it is, what is asked,
 * what is refused, what times out and takes effect later or never. Each ends with two final reads of all streams,
 * each on another node.
 */
final class Histories {
    private static final int ROTATED_AFTER = 64;

    /**
     * How much happens.
     *
     * @param transactions that are invoked, before the final reads
     * @param clients that invoke them
     * @param streams that are in use at a time
     * @param maxSteps of a transaction
     */
    record Size(int transactions, int clients, int streams, int maxSteps) {
        /** Small, and different for each seed. */
        static Size random(Random random) {
            return new Size(
                    5 + random.nextInt(45), 2 + random.nextInt(6), 2 + random.nextInt(4), 2 + random.nextInt(3));
        }
    }

    private final Random random;
    private final Engine engine;
    private final Size size;
    private final HistoryRecorder recorder;
    private final List<Client> clients = new ArrayList<>();
    private final List<Client> inDoubt = new ArrayList<>();
    private final TreeSet<Integer> streams = new TreeSet<>();
    private final int[] live;
    private final int[] appended;
    private int value;
    private int invoked;
    private long timeNs;

    private Histories(long seed, Engine engine, Size size) {
        this.random = new Random(seed);
        this.engine = engine;
        this.size = size;
        this.recorder = new HistoryRecorder(() -> timeNs += 1_000);
        this.live = IntStream.range(0, size.streams()).toArray();
        this.appended = new int[size.streams()];
    }

    /** A small history of a store that is strictly serializable. */
    static History random(long seed) {
        return of(seed, new SerialEngine(), Size.random(new Random(~seed)));
    }

    /** A history of this store. */
    static History of(long seed, Engine engine, Size size) {
        return new Histories(seed, engine, size).run();
    }

    private History run() {
        for (int i = 0; i < size.clients(); i++) {
            clients.add(new Client(recorder.newClient()));
        }
        while (invoked < size.transactions()) {
            pick(clients).turn();
            if (!inDoubt.isEmpty() && random.nextInt(4) == 0) {
                pick(inDoubt).advance();
                inDoubt.removeIf(client -> client.phase == Phase.COMMITTED);
            }
        }
        clients.forEach(Client::finish);
        if (engine instanceof LaggingEngine lagging) {
            lagging.catchUp();
        }
        for (String node : List.of("n1", "n2")) {
            Client last = new Client(recorder.newClient());
            last.invoke(new Transaction(streams.stream().<Step>map(Step::read).toList(), true), node);
            last.finish();
        }
        return recorder.history();
    }

    private Client pick(List<Client> some) {
        return some.get(random.nextInt(some.size()));
    }

    private List<Step> randomSteps() {
        return IntStream.rangeClosed(0, random.nextInt(size.maxSteps()))
                .mapToObj(i -> randomStep(random.nextInt(live.length)))
                .toList();
    }

    private Step randomStep(int slot) {
        if (appended[slot] == ROTATED_AFTER) {
            live[slot] = streams.last() + 1;
            appended[slot] = 0;
        }
        streams.add(live[slot]);
        if (random.nextBoolean()) {
            return Step.read(live[slot]);
        }
        appended[slot]++;
        return Step.append(live[slot], ++value);
    }

    /** Where a transaction is. */
    private enum Phase {
        IDLE,
        INVOKED,
        BEGUN,
        COMMITTED
    }

    /** One client and its transaction; or, without notes, what was left behind by a client that lost sight of it. */
    private final class Client {
        private final HistoryRecorder.@Nullable Client notes;
        private Phase phase = Phase.IDLE;
        private List<Step> steps = List.of();
        private int process;
        private Engine.@Nullable Attempt attempt;
        private int stepsTaken;
        private @Nullable List<Step> outcome;

        Client(HistoryRecorder.@Nullable Client notes) {
            this.notes = notes;
        }

        void turn() {
            int luck = random.nextInt(100);
            if (phase == Phase.IDLE) {
                invoke(randomSteps());
                invoked++;
            } else if (luck == 0) {
                loseSight();
            } else if (luck < 4 && phase == Phase.INVOKED) {
                phase = Phase.IDLE;
                noted().fail("refused");
            } else {
                advance();
            }
        }

        void invoke(List<Step> newSteps) {
            invoke(new Transaction(newSteps), "n" + noted().process() % 3);
        }

        void invoke(Transaction transaction, String node) {
            steps = transaction.steps();
            process = noted().process();
            phase = Phase.INVOKED;
            noted().invoke(transaction, node);
        }

        void finish() {
            while (phase != Phase.IDLE) {
                advance();
            }
        }

        /** One move: begin, a step, the end, the answer. */
        void advance() {
            switch (phase) {
                case IDLE -> throw new IllegalStateException("nothing to advance");
                case INVOKED -> begin();
                case BEGUN -> stepOrCommit(Objects.requireNonNull(attempt));
                case COMMITTED -> answer();
            }
        }

        private void begin() {
            attempt = engine.begin(process, steps);
            stepsTaken = 0;
            phase = Phase.BEGUN;
        }

        private void stepOrCommit(Engine.Attempt begun) {
            if (stepsTaken++ < steps.size()) {
                begun.step();
            } else {
                outcome = begun.commit();
                phase = Phase.COMMITTED;
            }
        }

        private void answer() {
            phase = Phase.IDLE;
            if (outcome == null) {
                noted().fail("aborted");
            } else {
                noted().ok(outcome);
            }
        }

        /** What was sent goes on without its client, or was never sent. */
        private void loseSight() {
            if (random.nextBoolean() && phase != Phase.COMMITTED) {
                Client rest = new Client(null);
                rest.phase = phase;
                rest.steps = steps;
                rest.process = process;
                rest.attempt = attempt;
                rest.stepsTaken = stepsTaken;
                inDoubt.add(rest);
            }
            phase = Phase.IDLE;
            noted().info("timeout");
        }

        private HistoryRecorder.Client noted() {
            return Objects.requireNonNull(notes, "nobody listens any more");
        }
    }
}
