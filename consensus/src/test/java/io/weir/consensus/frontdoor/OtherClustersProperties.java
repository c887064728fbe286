package io.weir.consensus.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.weir.client.grpc.ClusterHeader;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** Whatever stands in the headers of a call: it is let through if all of them name this cluster, else refused in few words. */
class OtherClustersProperties {
    private static final String OWN = "shop";

    private final OtherClusters others = new OtherClusters(OWN);

    @Property
    void anyHeaders(
            @ForAll @Size(max = 3) List<@StringLength(max = 200) String> texts, @ForAll @IntRange(max = 3) int own) {
        Metadata headers = new Metadata();
        for (int i = 0; i < own; i++) {
            headers.put(ClusterHeader.KEY, OWN);
        }
        texts.forEach(text -> headers.put(ClusterHeader.KEY, text));
        Status refusal = others.refusal(headers);
        assertThat(refusal == null).isEqualTo(texts.stream().allMatch(OWN::equals));
        if (refusal != null) {
            assertThat(refusal.getCode()).isIn(Status.Code.FAILED_PRECONDITION, Status.Code.INVALID_ARGUMENT);
            assertThat(refusal.getDescription()).matches("[ -~]{1,300}");
        }
    }
}
