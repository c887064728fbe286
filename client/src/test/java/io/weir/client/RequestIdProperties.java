package io.weir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** The text of a request id says all of it, and no other text is taken for one. */
class RequestIdProperties {
    @Property
    void whatIsWrittenIsRead(
            @ForAll long high,
            @ForAll long low,
            @ForAll @LongRange(min = 1) long sequence,
            @ForAll @IntRange int partition,
            @ForAll @LongRange long expiryMs) {
        RequestId id = new RequestId(high, low, sequence, partition, expiryMs);
        assertThat(RequestId.parse(id.toString())).isEqualTo(id);
        assertThat(id.isDistributed()).isEqualTo(expiryMs > 0);
    }

    @Property
    void anyOtherTextIsRefused(@ForAll String text) {
        assertRefused(text);
    }

    /** Whoever asks for the status of a request ends it: a slip must not hit that of somebody else. */
    @Property
    void whatWasChangedOrCutIsRefused(
            @ForAll @IntRange(max = 59) int at, @ForAll @CharRange(from = '!', to = '~') char with) {
        String text = new RequestId(-1, 1, 10, 3, 1_700_000_000_000L).toString();
        assertThat(text).hasSize(60);
        if (at < text.length() && text.charAt(at) != with) {
            assertRefused(text.substring(0, at) + with + text.substring(at + 1));
        }
        if (at < text.length()) {
            assertRefused(text.substring(0, at));
            assertRefused(text.substring(at + 1));
        }
    }

    @Example
    void itsTextIsOf() {
        assertThat(new RequestId(1, -1, 17, 3, 0)).hasToString("0000000000000001ffffffffffffffff-17@3.331dcea1");
        assertThat(new RequestId(1, -1, 17, 3, 12)).hasToString("0000000000000001ffffffffffffffff-17@3+12.41302ebb");
        for (String bad : new String[] {
            "",
            "0000000000000001ffffffffffffffff-17@3",
            "0000000000000001ffffffffffffffff-17@3.",
            "0000000000000001ffffffffffffffff-0@3.a4b3ba16",
            "0000000000000001ffffffffffffffff-017@3.7444a191",
            "0000000000000001ffffffffffffffff-17.042b3767",
            "0000000000000001ffffffffffffffff-17@3+0.efe59d32",
            "0000000000000001FFFFFFFFFFFFFFFF-17@3.b9f171af",
            "0000000000000001ffffffffffffffff-9999999999999999999@3.cc0c78e1",
            "0000000000000001ffffffffffffffff-1@2147483648.dc4769f0",
        }) {
            assertRefused(bad);
        }
        assertThatThrownBy(() -> new RequestId(1, 1, 0, 0, 0)).hasMessageContaining("sequences begin at 1");
    }

    private static void assertRefused(String text) {
        assertThatThrownBy(() -> RequestId.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no request id");
    }
}
