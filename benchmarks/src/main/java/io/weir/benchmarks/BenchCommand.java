package io.weir.benchmarks;

import java.io.PrintWriter;
import java.util.spi.ToolProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The verb {@code weir bench}; the program finds it as a {@link ToolProvider}, so that it need not know this module. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {"Measure a cluster, or a store.", ""},
        subcommands = {
            AppendBenchCommand.class,
            TransactionBenchCommand.class,
            ReadBenchCommand.class,
            StreamsBenchCommand.class,
            FailoverBenchCommand.class,
            RestartBenchCommand.class,
            StoreBenchCommand.class,
            ReportCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {"  weir bench append", "  weir bench append --connect weir://127.0.0.1:7400 --events 100000"})
public final class BenchCommand implements ToolProvider {
    /** For the service loader. */
    public BenchCommand() {}

    @Override
    public String name() {
        return "bench";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(this).setOut(out).setErr(err).execute(args);
    }
}
