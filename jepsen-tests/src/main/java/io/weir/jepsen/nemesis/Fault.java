package io.weir.jepsen.nemesis;

import java.io.IOException;

/** Something that is wrong with a cluster now. */
public interface Fault {
    /** What, for a report: which nodes, which links, how much. */
    String description();

    /** Ends it: processes run again, links are clear, disks have power. It does not wait until the cluster has recovered. */
    void heal() throws IOException;
}
