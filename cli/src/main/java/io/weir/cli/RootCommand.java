package io.weir.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code weir} itself: without a verb it shows what there is. */
@Command(
        name = "weir",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.Version.class,
        description = {"An event store that survives the loss of nodes and forgets nothing it acknowledged.", ""},
        commandListHeading = "%nVerbs:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ok",
            "1:a check failed, or what was asked for does not exist",
            "2:the command line or the configuration is wrong",
            "3:unavailable; the same command may work later",
            "4:a condition did not hold; nothing was written",
            "5:unknown: nothing was found, and that proves nothing"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir server", "  weir stream append order-7 --expected any --data hello"})
final class RootCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--config",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "A HOCON file with settings; WEIR_* in the environment and flags come before it.")
    @SuppressWarnings("UnusedVariable") // Cli has looked for it before; here it is for the help and the parser
    private @Nullable Path config;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of a failure.")
    private boolean isDebug;

    /** Whether a failure shows its stack trace; known once the command line is parsed. */
    boolean isDebug() {
        return isDebug;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return io.weir.cli.shell.ExitCode.USAGE;
    }

    /** From the manifest of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = RootCommand.class.getPackage().getImplementationVersion();
            return new String[] {"weir " + (version == null ? "development" : version)};
        }
    }
}
