package io.weir.jepsen;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code weir jepsen run}: breaks a cluster on purpose, and judges what its clients saw. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Start a cluster, break it while clients work, and judge what they saw.",
            "",
            "Leaves " + RunDirectory.RUN + ", " + RunDirectory.HISTORY + " and " + RunDirectory.PAGE
                    + " in a directory of its own; the nodes' files too, if something was wrong.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no anomaly",
            "1:anomalies, or a cluster that did what none may",
            "2:usage, or a directory that cannot be written",
            "5:unknown: no anomaly, but the run is void, or not all of it was looked at"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir jepsen run",
            "  weir jepsen run --workload bank --nemesis kill-leader,halves --time 10m --seed 7"
        })
final class RunCommand implements Callable<Integer> {
    @Option(
            names = "--time",
            paramLabel = "TIME",
            defaultValue = "1m",
            converter = DurationConverter.class,
            description = "How long clients work. Default: ${DEFAULT-VALUE}.")
    Duration time = Duration.ofMinutes(1);

    @Option(names = "--seed", paramLabel = "N", description = "Of all choices. Default: chance.")
    @Nullable
    Long seed;

    @Mixin
    RunOptions options = new RunOptions();

    @Override
    public Integer call() throws InterruptedException {
        options.check(time);
        long chosen = RunOptions.chosen(seed);
        return RunDirectory.run(options, chosen, time).exitCode();
    }
}
