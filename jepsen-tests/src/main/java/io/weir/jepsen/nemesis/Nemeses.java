package io.weir.jepsen.nemesis;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All kinds of faults. */
public final class Nemeses {
    private Nemeses() {}

    /** In the order in which they are listed. */
    public static final List<Nemesis> ALL = Stream.of(
                    ProcessFaults.ALL, NetworkFaults.ALL, FileFaults.ALL, DiskFaults.ALL, ClockFaults.ALL)
            .flatMap(List::stream)
            .toList();

    /** The one of this name. */
    public static Optional<Nemesis> named(String name) {
        return ALL.stream().filter(nemesis -> nemesis.name().equals(name)).findFirst();
    }
}
