package io.weir.cli.stream;

import io.weir.cli.shell.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code weir stream}: a group; says which verbs there are. */
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        description = {"Append to streams, read and follow them.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir stream append order-7 --expected no-stream --type Placed --data '{\"total\":12}'",
            "  weir stream read order-7"
        })
public final class StreamCommand {
    /** The group with its verbs. */
    public static CommandLine with(Console console) {
        return new CommandLine(new StreamCommand())
                .addSubcommand(new AppendCommand(console))
                .addSubcommand(new ReadCommand(console))
                .addSubcommand(new TailCommand(console))
                .addSubcommand(new ListCommand(console))
                .addSubcommand(new InfoCommand(console));
    }
}
