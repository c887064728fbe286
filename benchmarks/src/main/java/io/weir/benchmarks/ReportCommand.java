package io.weir.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The verb {@code weir bench report}: kept results as a page. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Make one page of HTML with plots of kept results: of what the other verbs and weir-peers print with -o json.",
            "",
            "A file may hold several results, one behind the other. The page needs nothing else. Results of weir bench append that"
                    + " differ in one setting only become a plot against it.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the page is written", "1:a file is no result that is known here", "2:usage"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench append --streams 1 -o ndjson >> streams.ndjson",
            "  weir bench append --streams 1000 -o ndjson >> streams.ndjson",
            "  weir bench report streams.ndjson --file streams.html"
        })
final class ReportCommand extends BenchVerb {
    @Parameters(
            paramLabel = "PATH",
            arity = "0..*",
            description =
                    "Files, and directories whose *.json and *.ndjson are read, at any depth. Default: benchmarks/results.")
    List<Path> paths = new ArrayList<>();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            defaultValue = "report.html",
            description = "Where the page goes; what is there is replaced. Default: ${DEFAULT-VALUE}.")
    Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        List<Path> from = paths.isEmpty() ? List.of(Path.of("benchmarks", "results")) : paths;
        for (Path path : from) {
            if (!Files.exists(path)) {
                throw refused(path + " does not exist; name files or directories of results");
            }
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory) || Files.isDirectory(file)) {
            throw refused("--file " + file + " cannot be written: no file in a directory that exists");
        }
        try {
            List<Kept<?>> results = ResultFiles.read(from);
            if (results.isEmpty()) {
                throw refused(from + " holds no *.json or *.ndjson");
            }
            Files.writeString(file, ResultsPage.of(results), StandardCharsets.UTF_8);
            out().println(file + ": " + results.size() + (results.size() == 1 ? " result" : " results"));
            out().flush();
            return 0;
        } catch (UnreadableResultException e) {
            err().println(spec().qualifiedName() + ": " + e.getMessage());
            err().flush();
            return 1;
        }
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec().commandLine(), message);
    }
}
