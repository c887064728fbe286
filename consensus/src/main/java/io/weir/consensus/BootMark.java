package io.weir.consensus;

import io.weir.consensus.guard.Durable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which boot of the machine a directory was last used in. Raft's promise of one vote a term rests on a file that Ratis
 * renames into place without forcing the directory, so a machine that lost its power may come back without the last vote.
 * A node that then keeps silent until every election that it may have voted in is over cannot vote in it twice.
 *
 * <p>A process that is killed while the machine goes on forgets nothing: what it wrote is in the page cache, which outlives
 * it, and which its successor reads. So the same boot needs no silence.
 */
final class BootMark {
    static final String FILE = "weir.boot";

    private static final Path KERNEL = Path.of("/proc/sys/kernel/random/boot_id");

    private BootMark() {}

    /** The id of the running boot, or empty on a system that has none. */
    static String current() throws IOException {
        return Files.isReadable(KERNEL)
                ? Files.readString(KERNEL, StandardCharsets.US_ASCII).strip()
                : "";
    }

    /**
     * Notes the running boot in a directory. When this returns the mark is on the disk, so a vote that is given later cannot
     * outlive it.
     *
     * @param boot from {@link #current()}
     * @param isUsed whether the directory holds a Raft log: then it was used, even if the mark was lost
     * @return whether a vote may have been forgotten: the directory was used before, and not provably in this boot
     */
    static boolean renew(Path directory, String boot, boolean isUsed) throws IOException {
        Path file = directory.resolve(FILE);
        boolean isMarked = Files.exists(file);
        boolean isSame = isMarked && !boot.isEmpty() && Files.readString(file).equals(boot);
        if (!isSame) {
            Durable.write(file, boot);
        }
        return (isUsed || isMarked) && !isSame;
    }
}
