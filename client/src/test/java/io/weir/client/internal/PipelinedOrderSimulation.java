package io.weir.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.client.AppendResult;
import io.weir.client.ClientConfig;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Thousands of appends in flight while everything fails: none lost, none twice, each stream in the order of the calls. */
class PipelinedOrderSimulation {
    private static final int APPENDS = 2_000;
    private static final int STREAMS = 5;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("weir.seeds", 20)); // more for a long run
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyAppendTakesEffectOnceAndInOrder(long seed) throws Exception {
        Random random = new Random(seed);
        FakeCluster cluster = new FakeCluster(1 + random.nextInt(5), 1 + random.nextInt(3), seed);
        cluster.loseRequest = random.nextBoolean() ? 0.01 : 0;
        cluster.loseAnswer = random.nextBoolean() ? 0.01 : 0;
        cluster.duplicate = random.nextBoolean() ? 0.05 : 0;
        cluster.throttle = random.nextInt(4) == 0 ? 0.01 : 0;
        cluster.leaderChangeEvery = 50 + random.nextInt(400);
        cluster.maxDelayMicros = random.nextInt(3) * 1_000;
        cluster.giveHints = random.nextInt(4) > 0;
        ClientConfig config = ClientConfig.DEFAULT.withQueue(1 + random.nextInt(2_048), 65_536, 64 << 20);
        try (RoutedEventStore store = cluster.store(config)) {
            List<CompletableFuture<AppendResult>> results = new ArrayList<>();
            for (int i = 0; i < APPENDS; i++) {
                NewEvent event = NewEvent.of(
                        "t",
                        "text/plain",
                        ByteString.copyFromUtf8("" + i / STREAMS).toByteArray());
                results.add(store.append("stream-" + i % STREAMS, Expected.any(), List.of(event)));
            }
            CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
            for (int i = 0; i < APPENDS; i++) {
                AppendResult.Appended appended = results.get(i).join().orThrow();
                assertThat(appended.firstRevision())
                        .as("seed %d, append %d", seed, i)
                        .isEqualTo(i / STREAMS);
            }
            for (int s = 0; s < STREAMS; s++) {
                List<String> texts = new ArrayList<>();
                for (RecordedEvent event : store.read(ReadRequest.stream("stream-" + s))) {
                    texts.add(event.text());
                }
                assertThat(texts).as("seed %d, stream %d", seed, s).hasSize(APPENDS / STREAMS);
                for (int i = 0; i < texts.size(); i++) {
                    assertThat(texts.get(i)).as("seed %d, stream %d", seed, s).isEqualTo("" + i);
                }
            }
        }
    }
}
