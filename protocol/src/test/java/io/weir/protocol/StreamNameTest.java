package io.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StreamNameTest {
    /** Computed by another implementation of CRC-32C. The slot is in every stream's key: it can never change. */
    static Stream<Arguments> slots() {
        return Stream.of(
                Arguments.of("a", 816),
                Arguments.of("order-7", 900),
                Arguments.of("ünï-🎈", 405),
                Arguments.of("x".repeat(256), 826),
                Arguments.of("42", 459),
                Arguments.of("{42}", 459),
                Arguments.of("account-{42}", 459),
                Arguments.of("}{42}", 459), // a brace that closes nothing
                Arguments.of("a{b}c{d}e", 196), // the first pair counts
                Arguments.of("{}x", 477), // nothing in it: the whole name
                Arguments.of("{}{42}", 521), // likewise, though a second pair follows
                Arguments.of("{{42}}", 402), // the key is "{42"
                Arguments.of("{42", 402)); // never closed: the whole name
    }

    @ParameterizedTest
    @MethodSource("slots")
    void theSlotIsPinned(String name, int slot) {
        assertThat(StreamName.of(name).slot()).isEqualTo(slot);
    }

    @Test
    void streamsThatShareARoutingKeyShareASlot() {
        assertThat(List.of("order-{c7}", "{c7}", "invoice-{c7}-2024", "c7"))
                .extracting(name -> StreamName.of(name).slot())
                .containsOnly(StreamName.of("c7").slot());
    }

    @Test
    void slotsAreSpread() {
        int[] counts = new int[Limits.SLOTS];
        for (int i = 0; i < 64 * Limits.SLOTS; i++) {
            counts[StreamName.of("stream-" + i).slot()]++;
        }
        assertThat(IntStream.of(counts)).allMatch(count -> count > 16 && count < 192);
    }

    @Test
    void aNameHas1To256Bytes() {
        assertThat(StreamName.of("x".repeat(256)).utf8().size()).isEqualTo(256);
        assertThat(StreamName.of("ü".repeat(128)).utf8().size()).isEqualTo(256);
        assertRefused("", "empty");
        assertRefused("x".repeat(257), "257 bytes");
        assertRefused("ü".repeat(129), "258 bytes");
        assertThatThrownBy(() -> StreamName.of(ByteString.EMPTY)).isInstanceOf(InvalidNameException.class);
    }

    @Test
    void aNameIsUnicode() {
        assertRefused("a\ud83c", "unpaired surrogate");
        assertRefused("\udf88a", "unpaired surrogate");
        assertThat(StreamName.of("🎈").utf8().size()).isEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("notUtf8")
    void bytesAreUtf8(byte[] bytes) {
        assertThatThrownBy(() -> StreamName.of(ByteString.copyFrom(bytes)))
                .isInstanceOf(InvalidNameException.class)
                .hasMessageContaining("not valid UTF-8");
    }

    static Stream<byte[]> notUtf8() {
        return Stream.of(
                bytes(0x80), // a continuation of nothing
                bytes('a', 0xc3), // cut off
                bytes(0xc0, 0x80), // overlong
                bytes(0xed, 0xa0, 0x80), // a surrogate
                bytes(0xf4, 0x90, 0x80, 0x80), // beyond the last character
                bytes(0xff));
    }

    @Test
    void namesFromTextAndFromBytesAreTheSame() {
        StreamName text = StreamName.of("ünï-🎈");
        StreamName bytes = StreamName.of(ByteString.copyFromUtf8("ünï-🎈"));
        assertThat(text).isEqualTo(bytes).hasSameHashCodeAs(bytes).hasToString("ünï-🎈");
        assertThat(text.compareTo(bytes)).isZero();
        assertThat(text.slot()).isEqualTo(bytes.slot());
        assertThat(text.utf8Buffer().isReadOnly()).isTrue();
    }

    /** As the store orders them: by unsigned bytes, which is not the order of Java's strings. */
    @Test
    void theOrderIsThatOfTheBytes() {
        StreamName balloon = StreamName.of("🎈"); // F0 ..., in UTF-16 D83C ...
        StreamName wide = StreamName.of("\uff5e"); // EF ..., in UTF-16 FF5E
        assertThat(balloon).isGreaterThan(wide);
        assertThat("🎈").isLessThan("\uff5e");
        assertThat(StreamName.of("a")).isLessThan(StreamName.of("a0")).isLessThan(StreamName.of("é"));
    }

    private static void assertRefused(String name, String message) {
        assertThatThrownBy(() -> StreamName.of(name))
                .isInstanceOf(InvalidNameException.class)
                .hasMessageContaining(message);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
