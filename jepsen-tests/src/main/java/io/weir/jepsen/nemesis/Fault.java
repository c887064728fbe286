package io.weir.jepsen.nemesis;

import java.io.IOException;

/** Something that is wrong with a cluster now. */
public interface Fault {
    /** What ends a fault. */
    @FunctionalInterface
    interface Healing {
        void run() throws IOException;
    }

    /** One that stays as it is until it is healed. */
    static Fault of(String description, Healing healing) {
        record Lasting(String description, Healing healing) implements Fault {
            @Override
            public void heal() throws IOException {
                healing.run();
            }
        }
        return new Lasting(description, healing);
    }

    /** What, for a report: which nodes, which links, how much. */
    String description();

    /** Ends it: processes run again, links are clear, disks have power. It does not wait until the cluster has recovered. */
    void heal() throws IOException;
}
