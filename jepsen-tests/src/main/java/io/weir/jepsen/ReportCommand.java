package io.weir.jepsen;

import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.report.HtmlReport;
import io.weir.jepsen.run.MalformedRunException;
import io.weir.jepsen.run.RunFile;
import io.weir.jepsen.run.RunRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code weir jepsen report}: makes the page of a run from what the run has left in its directory. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Judge a run again, and show it as a page.",
            "",
            "Reads " + RunDirectory.RUN + " and " + RunDirectory.HISTORY + " in the directory of a run, and writes "
                    + RunDirectory.PAGE + " beside them. docs/jepsen.md tells how to read it.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no anomaly",
            "1:anomalies",
            "2:usage, or files that cannot be read or written, or are no run",
            "5:unknown: no anomaly, but the run is void, or not all of it was looked at"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir jepsen report jepsen/list-append-7", "  weir jepsen report --min-rate 300 ."})
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Directory of a run.")
    Path directory = Path.of(".");

    @Option(
            names = "--min-rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Operations that must have taken effect a second, else the run is void. Default:"
                    + " ${DEFAULT-VALUE}.")
    double minRate;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        if (!(minRate >= 0)) {
            throw new ParameterException(spec().commandLine(), "--min-rate is " + minRate + "; it is 0 or more");
        }
        Path at = directory.resolve(RunDirectory.RUN);
        try {
            RunRecord run = RunFile.read(at);
            at = directory.resolve(RunDirectory.HISTORY);
            HistoryFile history = HistoryFile.read(at);
            Judgement judgement = Judgement.of(history, null, minRate);
            Path page = directory.resolve(RunDirectory.PAGE);
            HtmlReport.write(run, history, judgement, page);
            PrintWriter out = spec().commandLine().getOut();
            out.println(judgement.verdict().status() + " " + page);
            out.flush();
            return CheckCommand.code(judgement.verdict().status());
        } catch (MalformedRunException | MalformedHistoryException e) {
            return refused(at, String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            return refused(Path.of(e.getFile()), "there is no such file");
        } catch (IOException e) {
            return refused(at, Files.isDirectory(at) ? "a directory, not a file" : e.toString());
        }
    }

    private int refused(Path file, String why) {
        PrintWriter err = spec().commandLine().getErr();
        err.println(spec().qualifiedName() + ": " + file + ": " + why);
        err.flush();
        return CheckCommand.MALFORMED;
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not called by picocli");
        }
        return spec;
    }
}
