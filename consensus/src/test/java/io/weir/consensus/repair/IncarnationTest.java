package io.weir.consensus.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncarnationTest {
    @Test
    void isReadAsItIsWritten() {
        Incarnation first = Incarnation.first();
        assertThat(first.generation()).isEqualTo(1);
        assertThat(Incarnation.parse(first.toString())).isEqualTo(first);
        assertThat(Incarnation.first()).isNotEqualTo(first);
    }

    @Test
    void isLaterThanWhatItFollows() {
        Incarnation first = Incarnation.first();
        Incarnation wiped = Incarnation.first().after(first);
        assertThat(wiped.generation()).isEqualTo(2);
        assertThat(wiped.after(first)).isEqualTo(wiped);
        assertThat(Incarnation.parse(wiped.toString())).isEqualTo(wiped);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "-",
                "1-",
                "0-00000000-0000-0000-0000-000000000001",
                "-1-00000000-0000-0000-0000-000000000001",
                "01-00000000-0000-0000-0000-000000000001",
                "1-1-1-1-1-1",
                "1-00000000-0000-0000-0000-00000000000g",
                "99999999999-00000000-0000-0000-0000-000000000001"
            })
    void refusesWhatItHasNotWritten(String text) {
        assertThatThrownBy(() -> Incarnation.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
