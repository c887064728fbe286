package io.weir.logstore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered is right, whatever is forgotten; and not more is forgotten than needs be. */
class HeadCacheTest {
    private static StreamKey key(int slot, String name) {
        return new StreamKey(slot, name.getBytes(StandardCharsets.UTF_8));
    }

    private static StreamHead head(long of) {
        return new StreamHead(of, of + 1, of + 2);
    }

    /** Against a map that never forgets, with committed and dropped batches. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 7, 64, 1_000})
    void everyAnswerIsTheLastThatWasCommittedOrStaged(int capacity) {
        Random random = new Random(capacity);
        HeadCache cache = new HeadCache(capacity);
        Map<StreamKey, StreamHead> committed = new HashMap<>();
        int hits = 0;
        for (int batch = 0; batch < 2_000; batch++) {
            Map<StreamKey, StreamHead> view = new HashMap<>(committed);
            for (int call = 0; call < 8; call++) {
                StreamKey key = key(random.nextInt(2), "stream-" + random.nextInt(100));
                StreamHead found = cache.get(key);
                if (found != null) {
                    hits++;
                    assertThat(found).isEqualTo(view.get(key));
                }
                if (random.nextBoolean()) {
                    view.put(key, head(random.nextInt(1_000_000)));
                    cache.stage(key, view.get(key));
                    assertThat(cache.get(key)).isEqualTo(view.get(key));
                }
            }
            if (random.nextInt(8) > 0) {
                cache.publish();
                committed = view;
            }
            cache.drop();
        }
        assertThat(hits).isPositive();
    }

    @Test
    void aDroppedBatchLeavesNoHead() {
        HeadCache cache = new HeadCache(16);
        cache.stage(key(1, "a"), head(1));
        cache.drop();
        assertThat(cache.get(key(1, "a"))).isNull();
        cache.stage(key(1, "a"), head(2));
        cache.publish();
        cache.drop();
        assertThat(cache.get(key(1, "a"))).isEqualTo(head(2));
    }

    @Test
    void theLongestUnusedMakesRoom() {
        HeadCache cache = new HeadCache(4);
        for (int i = 0; i < 4; i++) {
            cache.stage(key(i, "s"), head(i));
        }
        cache.get(key(0, "s"));
        cache.stage(key(4, "s"), head(4));
        assertThat(IntStream.range(0, 5).filter(i -> cache.get(key(i, "s")) != null))
                .containsExactly(0, 2, 3, 4);
    }

    @Test
    void mostOfTheRoomIsUsed() {
        HeadCache cache = new HeadCache(1_024);
        for (int i = 0; i < 1_024; i++) {
            cache.stage(key(i % 7, "stream-" + i), head(i));
        }
        long kept = IntStream.range(0, 1_024)
                .filter(i -> cache.get(key(i % 7, "stream-" + i)) != null)
                .count();
        assertThat(kept).isGreaterThan(700);
    }
}
