package io.weir.cli.backup;

import io.weir.cli.shell.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code weir backup}: a group; says which verbs there are. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = {"Save a running cluster, verify what was saved, and begin a new cluster with it.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  weir backup create /backups/monday", "  weir backup verify /backups/monday"})
public final class BackupCommand {
    /** The group with its verbs. */
    public static CommandLine with(Console console) {
        return new CommandLine(new BackupCommand())
                .addSubcommand(new CreateCommand(console))
                .addSubcommand(new VerifyCommand(console))
                .addSubcommand(new RestoreCommand(console));
    }
}
