package io.weir.jepsen.checker;

import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Clients that use a {@link SerialStore} all at once: whose turn it is, what times out and takes effect later or never,
 * what is refused before anything is done. Each history ends with the final reads from each node.
 */
final class Interleaving {
    private final Random random;
    private final SerialStore store;
    private final HistoryRecorder recorder;
    private final List<Client> clients = new ArrayList<>();
    private final List<Client> left = new ArrayList<>();
    private final int doubtPercent;
    private long timeNs;

    private Interleaving(long seed, SerialStore store, int clientCount, int doubtPercent) {
        this.random = new Random(seed);
        this.store = store;
        this.doubtPercent = doubtPercent;
        this.recorder = new HistoryRecorder(() -> timeNs += 1_000);
        for (int i = 0; i < clientCount; i++) {
            clients.add(new Client(i, recorder.newClient()));
        }
    }

    /** A history of so many operations and the final reads. */
    static HistoryFile of(long seed, SerialStore store, int operations, int clientCount, int doubtPercent) {
        return new HistoryFile(
                store.header(), new Interleaving(seed, store, clientCount, doubtPercent).run(operations));
    }

    private io.weir.jepsen.history.History run(int operations) {
        int invoked = 0;
        while (invoked < operations) {
            Client client = clients.get(random.nextInt(clients.size()));
            invoked += client.asked == null ? 1 : 0;
            client.turn();
            if (!left.isEmpty() && random.nextInt(4) == 0) {
                left.remove(random.nextInt(left.size())).apply();
            }
        }
        clients.forEach(Client::finish);
        for (String node : SerialStore.NODES) {
            HistoryRecorder.Client last = recorder.newClient();
            for (Operation operation : store.finals()) {
                last.invoke(operation, node);
                last.ok(store.apply(operation, node).operation());
            }
        }
        return recorder.history();
    }

    /** One client, and what it waits for; without notes what it has lost sight of. */
    private final class Client {
        private final int number;
        private final HistoryRecorder.@Nullable Client notes;
        private String node = "";
        private @Nullable Operation asked;
        private SerialStore.@Nullable Answer answer;

        Client(int number, HistoryRecorder.@Nullable Client notes) {
            this.number = number;
            this.notes = notes;
        }

        void turn() {
            int luck = random.nextInt(100);
            if (asked == null) {
                asked = store.next(number, random);
                node = SerialStore.NODES.get(random.nextInt(SerialStore.NODES.size()));
                notes().invoke(asked, node);
            } else if (luck < doubtPercent) {
                loseSight();
            } else if (luck < doubtPercent + 3 && answer == null) {
                asked = null;
                notes().fail("refused");
            } else if (answer == null) {
                apply();
            } else {
                tell(answer);
            }
        }

        void apply() {
            answer = store.apply(Objects.requireNonNull(asked), node);
        }

        private void tell(SerialStore.Answer answered) {
            if (answered.type() == LineType.OK) {
                notes().ok(answered.operation());
                store.answered(number, answered.operation());
            } else {
                notes().fail(answered.operation(), "rejected");
            }
            asked = null;
            answer = null;
        }

        private void loseSight() {
            if (answer == null && random.nextBoolean()) {
                Client rest = new Client(number, null);
                rest.asked = asked;
                rest.node = node;
                left.add(rest);
            }
            asked = null;
            answer = null;
            notes().info("timeout");
        }

        void finish() {
            if (asked != null) {
                if (answer == null) {
                    apply();
                }
                tell(Objects.requireNonNull(answer));
            }
        }

        private HistoryRecorder.Client notes() {
            return Objects.requireNonNull(notes, "nobody listens any more");
        }
    }
}
