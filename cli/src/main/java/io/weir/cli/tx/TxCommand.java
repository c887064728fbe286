package io.weir.cli.tx;

import io.weir.cli.shell.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code weir tx}: a group; says which verbs there are. */
@Command(
        name = "tx",
        mixinStandardHelpOptions = true,
        description = {"Commit transactions, see which are under way, and what became of one.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  weir tx run transfer.json", "  weir tx list"})
public final class TxCommand {
    /** The group with its verbs. */
    public static CommandLine with(Console console) {
        return new CommandLine(new TxCommand())
                .addSubcommand(new RunCommand(console))
                .addSubcommand(new ListCommand(console))
                .addSubcommand(new StatusCommand(console));
    }
}
