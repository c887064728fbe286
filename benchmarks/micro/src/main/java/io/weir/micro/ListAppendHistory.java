package io.weir.micro;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What clients see of a store that executes one transaction at a time, each at some moment while its client waits. Ten streams
 * are in use at a time; one that has grown long is replaced by a new one, as reads return whole streams.
 */
final class ListAppendHistory {
    private static final int STREAMS = 10;
    private static final int MAX_STEPS = 4;
    private static final int LONG = 64;

    private final Random random = new Random(1);
    private final List<Values> streams = new ArrayList<>();
    private final int[] inUse = new int[STREAMS];
    private final List<Client> clients = new ArrayList<>();
    private final HistoryRecorder recorder;
    private long timeNs;
    private int lastValue;

    ListAppendHistory(int clientCount) {
        recorder = new HistoryRecorder(() -> timeNs += 1_000);
        for (int i = 0; i < STREAMS; i++) {
            inUse[i] = newStream();
        }
        for (int i = 0; i < clientCount; i++) {
            clients.add(new Client(recorder.newClient()));
        }
    }

    /** A history of so many transactions, all of them completed. */
    History of(int transactions) {
        int invoked = 0;
        while (invoked < transactions) {
            Client client = clients.get(random.nextInt(clients.size()));
            invoked += client.isIdle() ? 1 : 0;
            client.turn();
        }
        for (Client client : clients) {
            while (!client.isIdle()) {
                client.turn();
            }
        }
        return recorder.history();
    }

    private int newStream() {
        streams.add(Values.NONE);
        return streams.size() - 1;
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (int i = random.nextInt(MAX_STEPS); i >= 0; i--) {
            int slot = random.nextInt(STREAMS);
            if (streams.get(inUse[slot]).size() >= LONG) {
                inUse[slot] = newStream();
            }
            steps.add(random.nextBoolean() ? Step.read(inUse[slot]) : Step.append(inUse[slot], ++lastValue));
        }
        return steps;
    }

    private List<Step> execute(List<Step> steps) {
        List<Step> done = new ArrayList<>();
        for (Step step : steps) {
            Values before = streams.get(step.stream());
            if (step instanceof Step.Append append) {
                streams.set(step.stream(), before.plus(append.value()));
                done.add(append.at(before.size()));
            } else {
                done.add(new Step.Read(step.stream(), before));
            }
        }
        return done;
    }

    /** Asks, waits, is answered; it is executed in between. */
    private final class Client {
        private final HistoryRecorder.Client notes;
        private List<Step> asked = List.of();
        private List<Step> done = List.of();

        Client(HistoryRecorder.Client notes) {
            this.notes = notes;
        }

        boolean isIdle() {
            return asked.isEmpty();
        }

        void turn() {
            if (isIdle()) {
                asked = steps();
                notes.invoke(asked, "n1");
            } else if (done.isEmpty()) {
                done = execute(asked);
            } else {
                notes.ok(done);
                asked = List.of();
                done = List.of();
            }
        }
    }
}
