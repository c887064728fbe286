package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusException;
import io.weir.client.EventStoreException;
import io.weir.jepsen.disk.LoopDisk;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/** Fills the disks of a cluster under load, looks at what the nodes make of it, and frees them. */
final class FullDisks {
    private static final int PAYLOAD_BYTES = 2_048;
    private static final int APPENDS = 200;
    private static final int MAX_LEFT_BYTES = 2 << 20;

    private final Rig rig;
    private final Map<String, LoopDisk> disks;
    private final Random random;
    private final Ledger ledger;

    FullDisks(Rig rig, Map<String, LoopDisk> disks, Random random) throws InterruptedException {
        this.rig = rig;
        this.disks = disks;
        this.random = random;
        this.ledger = new Ledger(rig, 4, PAYLOAD_BYTES);
        ledger.requireService(APPENDS);
        rig.awaitEqualReplicas(); // what a node has not got yet it cannot be asked for when its disk is full
    }

    /** One node's disk is full, and perhaps it is killed and started on it: the others go on. */
    String one() throws Exception {
        List<String> nodes = anyNodes(1);
        String node = nodes.get(0);
        String how = fill(nodes);
        NumberedAppends appends = ledger.newPage(Rig.PATIENCE);
        try (Load load = Load.start(appends)) {
            String reason = Rig.await(node + " unready for want of space", () -> unreadyReason(node));
            how += " (" + reason.replaceAll("/\\S+/", "") + ")";
            load.runFor(appends.acknowledgedCount() + APPENDS, Duration.ZERO);
        }
        assertThat(appends.calls())
                .as("appends while one disk of three is full")
                .allSatisfy(call -> assertThat(call.failure).isNull());
        String filled = how;
        for (String stream : ledger.firstPageStreams()) {
            Rig.await(
                    () -> "stale reads of %s from %s; it says %s".formatted(stream, filled, rig.status(node)),
                    Rig.PATIENCE,
                    () -> payloads(node, stream));
        }
        how += startAgain(nodes);
        long ms = resume(nodes);
        ledger.checkLast(2, rig.cluster().nodeIds());
        ledger.requireService(APPENDS);
        return String.format(Locale.ROOT, "%s; freed, whole after %,d ms", how, ms);
    }

    /** The disks of two nodes are full: writes fail, and say why. */
    String majority() throws Exception {
        List<String> nodes = anyNodes(2);
        String how = fill(nodes);
        NumberedAppends appends = ledger.newPage(Duration.ofSeconds(3));
        try (Load load = Load.start(appends)) {
            load.awaitFailure();
            for (String node : nodes) {
                Rig.await(node + " unready", () -> unreadyReason(node));
            }
        }
        assertThat(appends.calls())
                .filteredOn(call -> call.failure != null)
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.failure)
                        .isInstanceOfAny(
                                EventStoreException.Unavailable.class, EventStoreException.OutcomeUnknown.class));
        how += startAgain(nodes);
        long ms = resume(nodes);
        ledger.requireService(APPENDS);
        return String.format(
                Locale.ROOT,
                "%s, %d appends acknowledged; freed, whole after %,d ms",
                how,
                appends.acknowledgedCount(),
                ms);
    }

    /** Perhaps starts nodes anew, on disks that are full to the last byte. */
    private String startAgain(List<String> nodes) throws IOException {
        int way = random.nextInt(3);
        if (way == 0) {
            return "";
        }
        for (String node : nodes) {
            if (way == 1) {
                rig.cluster().kill(node);
            } else {
                rig.cluster().stop(node);
            }
        }
        for (String node : nodes) {
            disk(node).fill(0);
            rig.cluster().restart(node);
        }
        for (String node : nodes) {
            Rig.await(node + " unready", () -> unreadyReason(node));
        }
        return way == 1 ? ", killed and started" : ", stopped and started";
    }

    /** Checks all that was ever appended, on all nodes. */
    void checkAll() throws Exception {
        ledger.checkAll();
    }

    private List<String> anyNodes(int count) {
        List<String> nodes = new ArrayList<>(rig.cluster().nodeIds());
        Collections.shuffle(nodes, random);
        return nodes.subList(0, count);
    }

    private LoopDisk disk(String node) {
        return Objects.requireNonNull(disks.get(node));
    }

    private String fill(List<String> nodes) throws IOException {
        List<String> texts = new ArrayList<>();
        for (String node : nodes) {
            int leftBytes = random.nextBoolean() ? 0 : random.nextInt(MAX_LEFT_BYTES);
            disk(node).fill(leftBytes);
            texts.add(node + " but for " + (leftBytes >> 10) + " KiB");
        }
        return String.join(", ", texts);
    }

    /** Frees disks; how long it takes until all nodes serve, in milliseconds. They must be equal then. */
    private long resume(List<String> nodes) throws IOException {
        for (String node : nodes) {
            assertThat(rig.cluster().hasDied(node)).as(node + " has died").isFalse();
        }
        long begin = System.nanoTime();
        for (String node : nodes) {
            disk(node).free();
        }
        rig.cluster().awaitReady(Rig.PATIENCE);
        long ms = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        rig.awaitEqualReplicas();
        return ms;
    }

    private Optional<List<String>> payloads(String node, String stream) {
        try {
            return Optional.of(rig.payloads(node, stream)).filter(payloads -> !payloads.isEmpty());
        } catch (StatusException e) {
            return Optional.empty(); // in the moment in which the replica is stopped
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<String> unreadyReason(String node) {
        Optional<NodeStatus> status = rig.status(node);
        assertThat(rig.cluster().hasDied(node)).as(node + " has died").isFalse();
        return status.flatMap(found -> found.getPartitionsList().stream()
                .filter(partition -> !partition.getReady())
                .map(PartitionStatus::getReason)
                .filter(reason -> reason.contains("is full"))
                .findFirst());
    }
}
