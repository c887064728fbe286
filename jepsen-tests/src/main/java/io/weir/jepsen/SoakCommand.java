package io.weir.jepsen;

import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.run.FaultWindow;
import io.weir.jepsen.run.Run;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code weir jepsen soak}: one run after the other, until one finds something or the time is up. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Run again and again, each time with another seed and workload, until something is found.", ""},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no anomaly in any run",
            "1:anomalies in the last run, or a cluster that did what none may",
            "2:usage, or a directory that cannot be written",
            "5:unknown: the last run is void, or not all of it was looked at"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir jepsen soak --time 1h", "  weir jepsen soak --workload list-append --each 10m --time 8h"})
final class SoakCommand implements Callable<Integer> {
    @Option(
            names = "--time",
            paramLabel = "TIME",
            defaultValue = "1h",
            converter = DurationConverter.class,
            description = "How long clients work in all runs together, at least. Default: ${DEFAULT-VALUE}.")
    Duration time = Duration.ofHours(1);

    @Option(
            names = "--each",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = DurationConverter.class,
            description = "How long in each. Default: ${DEFAULT-VALUE}.")
    Duration each = Duration.ofMinutes(5);

    @Option(names = "--seed", paramLabel = "N", description = "Of the seeds of all runs. Default: chance.")
    @Nullable
    Long seed;

    @Mixin
    RunOptions options = new RunOptions();

    @Override
    public Integer call() throws InterruptedException {
        options.check(each);
        long chosen = RunOptions.chosen(seed);
        Random seeds = new Random(chosen);
        PrintWriter out = options.spec().commandLine().getOut();
        Sum sum = new Sum();
        int exitCode = 0;
        int runs = 0;
        for (Duration done = Duration.ZERO; exitCode == 0 && done.compareTo(time) < 0; done = done.plus(each)) {
            RunDirectory.Result result = RunDirectory.run(options, options.seedOfRun(runs++, seeds), each);
            exitCode = result.exitCode();
            sum.add(result);
        }
        out.println(sum.text(chosen));
        out.flush();
        return exitCode;
    }

    /** What all runs did together. */
    private static final class Sum {
        private final Map<String, Integer> faults = new TreeMap<>();
        private int runs;
        private long ok;
        private long fail;
        private long info;
        private long anomalies;

        void add(RunDirectory.Result result) {
            Run run = result.run();
            Judgement judgement = result.judgement();
            if (run == null || judgement == null) {
                return;
            }
            runs++;
            ok += judgement.rates().all().ok();
            fail += judgement.rates().all().fail();
            info += judgement.rates().all().info();
            anomalies +=
                    judgement.verdict().anomalies().size() + judgement.verdict().unlisted();
            for (FaultWindow fault : run.record().faults()) {
                faults.merge(fault.nemesis(), 1, Integer::sum);
            }
        }

        String text(long seed) {
            return String.format(
                    Locale.ROOT,
                    "soak of seed %d: %d runs, %,d operations ok, %,d failed, %,d in doubt, %,d anomalies; %d faults %s",
                    seed,
                    runs,
                    ok,
                    fail,
                    info,
                    anomalies,
                    faults.values().stream().mapToInt(Integer::intValue).sum(),
                    faults);
        }
    }
}
