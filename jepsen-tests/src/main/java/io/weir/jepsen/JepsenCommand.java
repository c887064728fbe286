package io.weir.jepsen;

import java.io.PrintWriter;
import java.util.spi.ToolProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The verb {@code weir jepsen}; the program finds it as a {@link ToolProvider}, so that it need not know this module. */
@Command(
        name = "jepsen",
        mixinStandardHelpOptions = true,
        description = {"Break a cluster on purpose, and judge what its clients saw.", ""},
        subcommands = {
            RunCommand.class,
            SoakCommand.class,
            ReplayCommand.class,
            ListCommand.class,
            CheckCommand.class,
            ReportCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir jepsen run",
            "  weir jepsen check history.ndjson.gz",
            "  weir jepsen check --workload list-append history.edn"
        })
public final class JepsenCommand implements ToolProvider {
    /** For the service loader. */
    public JepsenCommand() {}

    @Override
    public String name() {
        return "jepsen";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(this).setOut(out).setErr(err).execute(args);
    }
}
