package io.weir.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process has in memory, as Linux counts it.
 *
 * @param ownBytes heap, stacks, buffers: what nobody but the process can free
 * @param mappedBytes pages of files, the store's among them, which the system drops when it needs the memory
 */
record NodeMemory(long ownBytes, long mappedBytes) {
    /** Of a process that runs. */
    static NodeMemory of(long pid) {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            List<String> lines = Files.readAllLines(status);
            return new NodeMemory(bytes(lines, "RssAnon:"), bytes(lines, "RssFile:") + bytes(lines, "RssShmem:"));
        } catch (IOException e) {
            throw new UncheckedIOException("the memory of a node can be read on Linux only: " + status, e);
        }
    }

    /** A line such as {@code RssAnon:   1234 kB}. */
    private static long bytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).replace("kB", "").strip())
                .mapToLong(kib -> Long.parseLong(kib) << 10)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("/proc names no " + name));
    }
}
