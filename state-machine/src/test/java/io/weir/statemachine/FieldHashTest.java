package io.weir.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.weir.logstore.Digest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the hash is the published one: it is kept with answers and compared between replicas of different versions. */
class FieldHashTest {
    /** XXH3_128bits of the reference implementation, xxHash 0.8, for lengths around those at which it changes its way. */
    @ParameterizedTest
    @CsvSource({
        "0, 99aa06d3014798d86001c324468d497f",
        "1, a6cd5e9392000f6ac44bdff4074eecdb",
        "8, 63f350efc0ba3e2e5b3f49d0f38f9d7d",
        "16, 248181305d3c1039adebb1d9d080b69c",
        "17, 825a0db7d0afe2c0cfea252f6b7ed7e9",
        "128, 08df79f520370b525cfea347ea4bb687",
        "129, fc1d02037be48a62821740ece8839b64",
        "240, 8406fbd017acdf4e687f00a7f64e46db",
        "241, d894c74b1b3ea28f44dbd3180a664e27",
        "1024, 54680c079a49361cd1abb5dbd52032f9",
        "1025, 4010f40cb0ea5efda3908b116ddf0191",
        "100003, 33179fc4357f04b652d1a83012b0a02a"
    })
    void itIsXxh3(int length, String expected) {
        byte[] bytes = bytes(length);
        FieldHash hash = new FieldHash();
        hash.begin();
        hash.write(bytes, 0, length);
        assertThat(HexFormat.of().formatHex(hash.finish())).isEqualTo(expected);
        assertThat(hash.finishDigest().toString()).isEqualTo(expected);
        for (int pieces : new int[] {1, 7, 64, 1_000}) {
            hash.begin();
            for (int at = 0; at < length; at += pieces) {
                hash.write(bytes, at, Math.min(pieces, length - at));
            }
            assertThat(hash.finishDigest().toString()).isEqualTo(expected);
        }
    }

    @Test
    void fieldsAreTheseBytes() {
        byte[] text = bytes(300);
        ByteBuffer expected = ByteBuffer.allocate(1_000).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(-2).putLong(300).put(text).putLong(1).put((byte) 9).putLong(0);
        FieldHash hash = new FieldHash();
        hash.begin();
        hash.write(expected.array(), 0, expected.position());
        Digest whole = hash.finishDigest();
        hash.begin();
        hash.number(-2);
        hash.bytes(ByteString.copyFrom(text));
        hash.bytes(new byte[] {9});
        hash.bytes(ByteString.EMPTY);
        assertThat(hash.finishDigest()).isEqualTo(whole);
    }

    /** A rope, a slice, memory outside of the heap: how protobuf holds the bytes makes no difference. */
    @Test
    void theSameBytesHaveTheSameHash() {
        byte[] text = bytes(3_000);
        ByteString plain = ByteString.copyFrom(text);
        ByteBuffer direct = ByteBuffer.allocateDirect(3_000).put(text).flip();
        byte[] wider = Arrays.copyOf(text, 4_000);
        assertThat(digest(plain.substring(0, 1_111).concat(plain.substring(1_111))))
                .isEqualTo(digest(plain));
        assertThat(digest(ByteString.copyFrom(wider).substring(0, 3_000))).isEqualTo(digest(plain));
        assertThat(digest(UnsafeByteOperations.unsafeWrap(direct))).isEqualTo(digest(plain));
        assertThat(direct.remaining()).isEqualTo(3_000);
    }

    private static Digest digest(ByteString bytes) {
        FieldHash hash = new FieldHash();
        hash.begin();
        hash.bytes(bytes);
        return hash.finishDigest();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 131 + 7 * (i >> 8));
        }
        return bytes;
    }
}
