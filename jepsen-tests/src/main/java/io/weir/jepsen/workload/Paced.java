package io.weir.jepsen.workload;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.Workload;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** An activity between whose operations clients rest, each for a time of its own. */
record Paced(Activity activity, Duration longest) implements Activity {
    @Override
    public Workload workload() {
        return activity.workload();
    }

    @Override
    public Header describe(Header header) {
        return activity.describe(header);
    }

    @Override
    public void perform(Performer performer) {
        activity.perform(performer);
        double share = performer.random().nextDouble();
        LockSupport.parkNanos((long) (share * longest.toNanos()));
    }

    @Override
    public void readAll(Performer performer) {
        activity.readAll(performer);
    }
}
