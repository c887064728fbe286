package io.weir.jepsen.nemesis;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All kinds of faults. */
public final class Nemeses {
    private Nemeses() {}

    /** In the order in which they are listed. */
    public static final List<Nemesis> ALL = Stream.of(
                    ProcessFaults.ALL, NetworkFaults.ALL, FileFaults.ALL, DiskFaults.ALL, ClockFaults.ALL)
            .flatMap(List::stream)
            .toList();

    /** Those that leave the files of replicas and their processes alone. */
    private static final Set<String> HARMLESS_TO_REPLICAS = Stream.concat(
                    NetworkFaults.ALL.stream().map(Nemesis::name),
                    Stream.of("pause-one", "pause-leader", "pause-majority", "stutter", "collections"))
            .collect(Collectors.toUnmodifiableSet());

    /** Whether replicas may be opened anew after a fault of this kind, and serve for a while what they held before. */
    public static boolean reopens(String name) {
        return !HARMLESS_TO_REPLICAS.contains(name);
    }

    /** The one of this name. */
    public static Optional<Nemesis> named(String name) {
        return ALL.stream().filter(nemesis -> nemesis.name().equals(name)).findFirst();
    }
}
