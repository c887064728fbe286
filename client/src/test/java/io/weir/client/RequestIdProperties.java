package io.weir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
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

    /** One character added, taken away or exchanged: another id, or none; never one that writes itself otherwise. */
    @Property
    void whatIsReadIsWritten(
            @ForAll @IntRange(max = 60) int at, @ForAll char with, @ForAll @IntRange(max = 2) int kind) {
        String text = new RequestId(-1, 1, 10, 3, 1_700_000_000_000L).toString();
        int place = Math.min(at, text.length() - 1);
        String changed =
                text.substring(0, place) + (kind == 2 ? "" : with) + text.substring(kind == 0 ? place : place + 1);
        try {
            assertThat(RequestId.parse(changed)).hasToString(changed);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("is no request id");
        }
    }

    @Example
    void itsTextIsOf() {
        assertThat(new RequestId(1, -1, 17, 3, 0)).hasToString("0000000000000001ffffffffffffffff-17@3");
        assertThat(new RequestId(1, -1, 17, 3, 12)).hasToString("0000000000000001ffffffffffffffff-17@3+12");
        for (String bad : new String[] {
            "",
            "0000000000000001ffffffffffffffff-0@3",
            "0000000000000001ffffffffffffffff-017@3",
            "0000000000000001ffffffffffffffff-17",
            "0000000000000001ffffffffffffffff-17@3+0",
            "0000000000000001FFFFFFFFFFFFFFFF-17@3",
            "0000000000000001ffffffffffffffff-9999999999999999999@3",
            "0000000000000001ffffffffffffffff-1@2147483648",
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
