package io.weir.jepsen;

import io.weir.client.EventStoreException;
import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.report.HtmlReport;
import io.weir.jepsen.rig.NodeFiles;
import io.weir.jepsen.run.Run;
import io.weir.jepsen.run.RunFile;
import io.weir.jepsen.run.RunRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** One run of the program, what it prints, and the files that it leaves in a directory of its own. */
final class RunDirectory {
    /** Name of the record of a run in its directory. */
    static final String RUN = "run.json";

    /** Name of what clients saw. */
    static final String HISTORY = "history.ndjson.gz";

    /** Name of the page. */
    static final String PAGE = "report.html";

    private RunDirectory() {}

    /**
     * What came of a run.
     *
     * @param exitCode of the verb
     * @param run null if nothing was run
     * @param judgement null if nothing was run
     */
    record Result(int exitCode, @Nullable Run run, @Nullable Judgement judgement) {}

    /** Runs, writes and prints. */
    static Result run(RunOptions options, long seed, Duration time) throws InterruptedException {
        CommandSpec spec = options.spec();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        String name = options.activity(seed).name();
        Path directory = options.directory.toAbsolutePath().resolve(name + "-" + seed);
        try {
            Files.createDirectories(options.directory.toAbsolutePath());
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            return refused(spec, directory + " is there already, from an earlier run; move it, or name another --dir");
        } catch (IOException e) {
            return refused(spec, directory + " cannot be made: " + e);
        }
        RunRequest request = options.request(seed, time, directory);
        err.println(String.format(
                Locale.ROOT,
                "seed %d: %s under %s for %s; %d nodes in %s",
                seed,
                name,
                String.join(",", options.nemeses),
                DurationConverter.format(time),
                options.nodes,
                directory));
        err.flush();
        try {
            Run run = Run.of(request);
            RunFile.write(run.record(), directory.resolve(RUN));
            run.history().write(directory.resolve(HISTORY));
            Judgement judgement = Judgement.of(run.history(), null, options.minRate);
            HtmlReport.write(run.record(), run.history(), judgement, directory.resolve(PAGE));
            print(out, directory, run, judgement);
            int code = run.failure() != null
                    ? CheckCommand.ANOMALIES
                    : CheckCommand.code(judgement.verdict().status());
            if (code == 0) {
                NodeFiles.remove(directory.resolve("cluster"));
            }
            return new Result(code, run, judgement);
        } catch (EventStoreException e) {
            return refused(spec, "the cluster did not start: " + e.getMessage());
        } catch (IOException e) {
            return refused(spec, directory + " cannot be written: " + e);
        }
    }

    private static void print(PrintWriter out, Path directory, Run run, Judgement judgement) {
        run.record().skipped().forEach(skipped -> out.println("skipped " + skipped));
        run.record()
                .faults()
                .forEach(fault -> out.println(String.format(
                        Locale.ROOT,
                        "%6.1f s to %6.1f s  %-16s %s",
                        seconds(fault.beganNs()),
                        seconds(fault.healedNs()),
                        fault.nemesis(),
                        fault.description())));
        out.println(CheckReport.of(directory.resolve(HISTORY).toString(), run.history(), judgement)
                .table());
        if (run.failure() != null) {
            out.println("the run was broken off: " + run.failure());
        } else {
            out.println(String.format(
                    Locale.ROOT,
                    "  all nodes served %.1f s after the last fault; %.0f ok/s outside of faults",
                    run.record().recoveryMs() / 1e3,
                    run.record().okPerSecondUnhurt(run.history().history())));
        }
        out.println("  " + directory.resolve(PAGE));
        if (judgement.verdict().status() != Verdict.Status.VALID || run.failure() != null) {
            out.println("  again: " + run.record().command());
        }
        out.flush();
    }

    private static double seconds(long ns) {
        return ns / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static Result refused(CommandSpec spec, String why) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(spec.qualifiedName() + ": " + why);
        err.flush();
        return new Result(CheckCommand.MALFORMED, null, null);
    }
}
