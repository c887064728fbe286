package io.weir.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.junit.jupiter.api.Test;

class RatisBytesTest {
    @Test
    void anArrayIsSharedBothWays() {
        byte[] bytes = "some bytes".getBytes(StandardCharsets.UTF_8);
        com.google.protobuf.ByteString back = RatisBytes.fromRatis(RatisBytes.toRatis(bytes));
        assertThat(back.toStringUtf8()).isEqualTo("some bytes");
        bytes[0] = 'S'; // only to see that nothing was copied
        assertThat(back.toStringUtf8()).isEqualTo("Some bytes");
    }

    @Test
    void anyFormKeepsItsBytes() {
        ByteString heap = ByteString.copyFromUtf8("heap");
        ByteBuffer direct = ByteBuffer.allocateDirect(6);
        direct.put("direct".getBytes(StandardCharsets.UTF_8)).flip();
        ByteString rope =
                heap.concat(UnsafeByteOperations.unsafeWrap(direct)).concat(ByteString.copyFrom(new byte[1000]));
        assertThat(RatisBytes.fromRatis(rope).toByteArray()).isEqualTo(rope.toByteArray());
        assertThat(RatisBytes.fromRatis(ByteString.EMPTY).isEmpty()).isTrue();
        assertThat(RatisBytes.fromRatis(heap.substring(1, 3)).toStringUtf8()).isEqualTo("ea");
    }
}
