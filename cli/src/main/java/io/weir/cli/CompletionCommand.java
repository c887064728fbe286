package io.weir.cli;

import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weir completion}: the script that makes a shell complete verbs and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {"Print the completion script for bash and zsh.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  source <(weir completion)", "  weir completion > ~/.local/share/bash-completion/completions/weir"})
final class CompletionCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().print(AutoComplete.bash("weir", spec.root().commandLine()));
        return ExitCode.OK;
    }
}
