package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.StoreException;
import io.weir.protocol.Error;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FullStoreTest {
    private final StoreException.Full disk = new StoreException.Full("no room", new IllegalStateException());
    private final StoreException.Full map = StoreException.Full.ofMap("no map", new IllegalStateException());

    private final AtomicLong nanos = new AtomicLong(-5);
    private final List<String> asides = new ArrayList<>();

    private FullStore store(boolean isLone) {
        return new FullStore(isLone, nanos::get, asides::add);
    }

    private Error.Code met(FullStore store, StoreException.Full cause) {
        NodeFailure refusal = store.met(cause);
        assertThat(refusal).hasMessageContaining(String.valueOf(cause.getMessage()));
        assertThat(refusal.error().getMaybeExecuted()).isFalse();
        return refusal.error().getCode();
    }

    private void pass(long ms) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    @Test
    void aMemberStepsAsideAfterAMoment() {
        FullStore store = store(false);
        assertThat(met(store, disk)).as("another member may serve soon").isEqualTo(Error.Code.NOT_READY);
        pass(FullStore.PATIENCE_MS - 1);
        met(store, disk);
        assertThat(asides).isEmpty();
        pass(1);
        met(store, disk);
        assertThat(asides).containsExactly("the store is full: no room");
    }

    @Test
    void spaceInBetweenBeginsTheMomentAnew() {
        FullStore store = store(false);
        met(store, disk);
        store.ended();
        pass(FullStore.PATIENCE_MS);
        met(store, disk);
        assertThat(asides).isEmpty();
    }

    @Test
    void anOnlyMemberStays() {
        FullStore store = store(true);
        assertThat(met(store, disk)).isEqualTo(Error.Code.STORE_FULL);
        pass(FullStore.PATIENCE_MS);
        assertThat(met(store, disk)).isEqualTo(Error.Code.STORE_FULL);
        assertThat(asides).isEmpty();
    }

    @Test
    void aFullMapIsNoReasonToGo() {
        FullStore store = store(false);
        assertThat(met(store, map)).isEqualTo(Error.Code.STORE_FULL);
        pass(FullStore.PATIENCE_MS);
        met(store, map);
        assertThat(asides).isEmpty();
    }
}
