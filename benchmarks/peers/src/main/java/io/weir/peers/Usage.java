package io.weir.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;

/** What processes use. */
final class Usage {
    private static final String PEAK = "VmHWM:";

    private Usage() {}

    /** Processor time of processes since each was started. */
    static long cpuNanos(Collection<ProcessHandle> processes) {
        return processes.stream()
                .mapToLong(process ->
                        process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
    }

    /** The sum of the most that each had in memory at any time, in KiB; negative if the system does not tell. */
    static long peakResidentKib(Collection<ProcessHandle> processes) {
        long sum = 0;
        for (ProcessHandle process : processes) {
            long peak = peakResidentKib(process);
            if (peak < 0) {
                return peak;
            }
            sum += peak;
        }
        return sum;
    }

    private static long peakResidentKib(ProcessHandle process) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                    .filter(line -> line.startsWith(PEAK))
                    .map(line -> line.substring(PEAK.length()).replace("kB", "").strip())
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1; // another system, or the process is gone
        }
    }
}
