package io.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;

/** Only the very id is let through, and what is said of any other text is short and can be printed. */
class ClusterIdProperties {
    private static final String OWN = "shop-2";

    @Property
    void anyText(@ForAll @StringLength(max = 300) String text) {
        Error refusal = ClusterId.refusal(OWN, text);
        assertThat(refusal == null).isEqualTo(text.equals(OWN));
        if (refusal != null) {
            boolean isId = text.matches("[A-Za-z0-9._-]{1,64}");
            assertThat(refusal.getCode()).isEqualTo(isId ? Error.Code.WRONG_CLUSTER : Error.Code.INVALID_ARGUMENT);
            assertThat(refusal.getMaybeExecuted()).isFalse();
            assertThat(refusal.getMessage()).matches("[ -~]{1,300}");
        }
    }

    @Property
    void idsOfOtherClustersAreNamed(@ForAll @AlphaChars @StringLength(min = 1, max = 64) String other) {
        Error refusal = ClusterId.refusal(OWN, other);
        assertThat(refusal).isNotNull();
        assertThat(refusal.getCode()).isEqualTo(Error.Code.WRONG_CLUSTER);
        assertThat(refusal.getMessage()).contains("\"" + OWN + "\"", "\"" + other + "\"");
    }

    @Example
    void theLimitIsNamed() {
        assertThat(ClusterId.problem("a".repeat(64))).isNull();
        assertThat(ClusterId.problem("a".repeat(65))).contains("65 characters", "1 to 64");
        assertThat(ClusterId.problem("")).contains("0 characters", "1 to 64");
        assertThat(ClusterId.problem("two\nlines")).contains("two?lines");
    }
}
