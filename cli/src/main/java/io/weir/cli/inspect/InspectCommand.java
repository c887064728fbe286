package io.weir.cli.inspect;

import io.weir.cli.shell.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code weir inspect}: a group; says which verbs there are. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {"Read the files of a stopped node, or of a copy, as JSON. Changes nothing.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  weir inspect log weir-data", "  weir inspect log weir-data --partition 2 --from 1000 --limit 5"})
public final class InspectCommand {
    /** The group with its verbs. */
    public static CommandLine with(Console console) {
        return new CommandLine(new InspectCommand())
                .addSubcommand(new InspectLogCommand(console))
                .addSubcommand(new InspectStoreCommand(console))
                .addSubcommand(new InspectCheckpointCommand(console))
                .addSubcommand(new InspectTxCommand(console));
    }
}
