package io.weir.jepsen;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verb {@code weir jepsen replay}: the choices of an earlier run once more. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Run with the choices of an earlier run.",
            "",
            "Who is hurt when, and what each client asks for, is the same; what meets what is left to the machine.",
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
        footer = {"  weir jepsen replay 2366100204"})
final class ReplayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SEED", description = "As the run has printed it.")
    long seed;

    @Option(
            names = "--time",
            paramLabel = "TIME",
            defaultValue = "1m",
            converter = DurationConverter.class,
            description = "How long clients work. Default: ${DEFAULT-VALUE}.")
    Duration time = Duration.ofMinutes(1);

    @Mixin
    RunOptions options = new RunOptions();

    @Override
    public Integer call() throws InterruptedException {
        options.check(time);
        return RunDirectory.run(options, seed, time).exitCode();
    }
}
