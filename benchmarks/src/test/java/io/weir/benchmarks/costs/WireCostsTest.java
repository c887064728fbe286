package io.weir.benchmarks.costs;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.AppendResult;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Weir;
import io.weir.consensus.frontdoor.FrontDoor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an append is between a client and a node: bytes in both directions, with all that HTTP/2 and gRPC add. */
@Timeout(120)
class WireCostsTest {
    private static final int APPENDS = 4_000;
    private static final int PAYLOAD_BYTES = 1_024;

    @Test
    void anAppendIsLittleMoreThanItsEventOnTheWire() throws Exception {
        AnsweringNode node = new AnsweringNode();
        try (FrontDoor door = FrontDoor.start(AnsweringNode.CLUSTER, node, List.of(), "127.0.0.1:0");
                Relay relay = new Relay(door.port())) {
            node.isAt(relay.port());
            try (EventStore store = Weir.connect("weir://127.0.0.1:" + relay.port())) {
                append(store, APPENDS / 4); // connections and sessions are opened once
                long sentBefore = relay.bytesToServer();
                long answeredBefore = relay.bytesToClients();
                append(store, APPENDS);
                double sent = (double) (relay.bytesToServer() - sentBefore) / APPENDS - PAYLOAD_BYTES;
                double answered = (double) (relay.bytesToClients() - answeredBefore) / APPENDS;
                assertThat(Meter.shown("bytes of an append on the wire beside its payload", sent))
                        .as("bytes sent for an append beside its payload of %d", PAYLOAD_BYTES)
                        .isBetween(0.0, 200.0);
                assertThat(Meter.shown("bytes of an answer on the wire", answered))
                        .as("bytes received for an append")
                        .isBetween(1.0, 60.0);
            }
        }
    }

    private static void append(EventStore store, int appends) throws Exception {
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();
        for (int i = 0; i < appends; i++) {
            NewEvent event = NewEvent.of("Measured", "application/octet-stream", new byte[PAYLOAD_BYTES]);
            answers.add(store.append("stream-" + i % Commands.STREAMS, Expected.any(), List.of(event)));
        }
        for (CompletableFuture<AppendResult> answer : answers) {
            answer.get(30, TimeUnit.SECONDS);
        }
    }
}
