package io.weir.cli.cluster;

import io.weir.cli.shell.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code weir cluster}: a group; says which verbs there are. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = {"Look at a cluster: who leads, how far everyone is, whether all replicas agree.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  weir cluster status", "  weir cluster hash --connect weir://127.0.0.1:7401"})
public final class ClusterCommand {
    /** The group with its verbs. */
    public static CommandLine with(Console console) {
        return new CommandLine(new ClusterCommand())
                .addSubcommand(new StatusCommand(console))
                .addSubcommand(new HashCommand(console));
    }
}
