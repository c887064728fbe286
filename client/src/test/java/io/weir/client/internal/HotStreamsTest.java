package io.weir.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HotStreamsTest {
    private long nowNanos;
    private final HotStreams streams = new HotStreams(() -> nowNanos);

    private static ByteString stream(String name) {
        return ByteString.copyFromUtf8(name);
    }

    @Test
    void aStreamCoolsDownAfterASecond() {
        streams.gaveWay(List.of(stream("a")));
        assertThat(streams.isHot(stream("a"))).isTrue();
        assertThat(streams.isHot(stream("b"))).isFalse();
        nowNanos = HotStreams.MEMORY_NANOS - 1;
        assertThat(streams.isHot(stream("a"))).isTrue();
        nowNanos++;
        assertThat(streams.isHot(stream("a"))).isFalse();
    }

    @Test
    void theLongestAgoIsForgottenFirst() {
        IntStream.range(0, HotStreams.MAX_STREAMS).forEach(n -> streams.gaveWay(List.of(stream("s" + n))));
        streams.gaveWay(List.of(stream("s0")));
        streams.gaveWay(List.of(stream("one more")));
        assertThat(streams.isHot(stream("s1"))).isFalse();
        assertThat(streams.isHot(stream("s0"))).isTrue();
        assertThat(streams.isHot(stream("s2"))).isTrue();
    }
}
