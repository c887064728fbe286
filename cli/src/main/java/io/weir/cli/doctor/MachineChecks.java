package io.weir.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The checks of {@code weir doctor} that need no cluster. */
final class MachineChecks {
    private static final int LEAST_JAVA = 17;
    private static final long LEAST_FREE_BYTES = 1L << 30;

    private MachineChecks() {}

    static List<Finding> all(@Nullable Path directory) {
        List<Finding> findings = new ArrayList<>();
        findings.add(java(Runtime.version().feature()));
        findings.add(jvmFlag(Object.class.getModule().isOpen("jdk.internal.misc", MachineChecks.class.getModule())));
        if (directory != null) {
            findings.add(directory(directory));
            findings.addAll(FileChecks.all(directory));
        }
        return findings;
    }

    static Finding java(int feature) {
        String what = "Java " + feature;
        return feature >= LEAST_JAVA
                ? Finding.fine("java", what)
                : Finding.wrong("java", what, "Install a JDK of version " + LEAST_JAVA + " or later.");
    }

    static Finding jvmFlag(boolean isOpen) {
        return isOpen
                ? Finding.fine("jvm flag", "jdk.internal.misc is open")
                : Finding.wrong(
                        "jvm flag",
                        "jdk.internal.misc is closed: a node cannot run in this JVM",
                        "Start it as ./weir or java -jar weir.jar, or add --add-opens java.base/jdk.internal.misc=ALL-UNNAMED");
    }

    static Finding directory(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                return Finding.wrong("directory", directory + " is not there", "\"weir server --dir\" creates it.");
            }
            Files.delete(Files.createTempFile(directory, "probe", ".tmp"));
            long free = Files.getFileStore(directory).getUsableSpace();
            String what = String.format(Locale.ROOT, "%s is writable, %,d MiB free", directory, free >> 20);
            return free >= LEAST_FREE_BYTES
                    ? Finding.fine("directory", what)
                    : Finding.wrong("directory", what, "Make room: a full disk stops writes.");
        } catch (IOException e) {
            return Finding.wrong("directory", "cannot be written: " + e, "Change its owner, or name another one.");
        }
    }
}
