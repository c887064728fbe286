package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that one run has appended, a page for each of its rounds, and so what every replica must hold. Not for several
 * threads.
 */
final class Ledger {
    private static final int MAX_IN_FLIGHT = 256;

    private final Rig rig;
    private final int streamsPerPartition;
    private final int payloadBytes;
    private final List<Page> pages = new ArrayList<>();

    /** The appends of a round, and the streams that it alone writes. */
    private record Page(List<String> streams, NumberedAppends appends) {}

    Ledger(Rig rig, int streamsPerPartition, int payloadBytes) {
        this.rig = rig;
        this.streamsPerPartition = streamsPerPartition;
        this.payloadBytes = payloadBytes;
    }

    /** Begins a page: appends to streams that are new, in every partition. */
    NumberedAppends newPage(Duration timeout) {
        List<String> streams = rig.streamsInEveryPartition("page-" + pages.size(), streamsPerPartition);
        NumberedAppends appends = new NumberedAppends(rig.client(), streams, MAX_IN_FLIGHT, timeout, payloadBytes);
        pages.add(new Page(streams, appends));
        return appends;
    }

    /** The streams of the first page. */
    List<String> firstPageStreams() {
        return pages.get(0).streams;
    }

    /** How many appends were acknowledged, over all pages. */
    long acknowledged() {
        return pages.stream()
                .mapToLong(page -> page.appends.acknowledgedCount())
                .sum();
    }

    /** Checks the last pages on some nodes. */
    void checkLast(int count, List<String> nodes) throws Exception {
        for (Page page : pages.subList(Math.max(0, pages.size() - count), pages.size())) {
            for (String node : nodes) {
                for (String stream : page.streams) {
                    page.appends.check(stream, rig.payloads(node, stream));
                }
            }
        }
    }

    /** Checks all pages on all nodes: nothing lost, doubled, moved, or made up. */
    void checkAll() throws Exception {
        checkLast(pages.size(), rig.cluster().nodeIds());
    }

    /** The cluster serves: a page of appends with patience, all of them acknowledged. */
    void requireService(int appends) throws InterruptedException {
        NumberedAppends page = newPage(Rig.PATIENCE);
        page.send(appends);
        page.awaitAll();
        assertThat(page.calls())
                .as("appends to a whole cluster")
                .allSatisfy(call -> assertThat(call.failure).isNull());
    }
}
