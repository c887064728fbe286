package io.weir.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Finds the verbs that other modules bring: {@link ToolProvider}s whose class is a picocli command. So {@code weir bench}
 * works where the benchmarks are installed, and this module knows nothing of them. A module that is broken costs its own
 * verbs only.
 */
final class VerbsOfModules {
    private VerbsOfModules() {}

    static void addTo(CommandLine weir, ClassLoader modules, PrintStream err) {
        for (ToolProvider verb : found(modules, err)) {
            String name = verb.name();
            if (weir.getSubcommands().containsKey(name)) {
                err.println("weir: a module brings a second verb \"" + name + "\"; it is left out");
                continue;
            }
            try {
                weir.addSubcommand(name, verb);
            } catch (CommandLine.PicocliException | LinkageError e) {
                err.println("weir: the verb \"" + name + "\" of a module cannot be used: " + e);
            }
        }
    }

    /** In the order of their names, so that the help does not depend on the class path. */
    private static List<ToolProvider> found(ClassLoader modules, PrintStream err) {
        List<ToolProvider> verbs = new ArrayList<>();
        Iterator<ServiceLoader.Provider<ToolProvider>> providers =
                ServiceLoader.load(ToolProvider.class, modules).stream().iterator();
        while (hasNext(providers, err)) {
            try {
                // The JDK's own tools (jar, javac ...) are found too; they are no commands of picocli.
                ServiceLoader.Provider<ToolProvider> provider = providers.next();
                if (provider.type().isAnnotationPresent(Command.class)) {
                    verbs.add(provider.get());
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                err.println("weir: a verb of a module cannot be used: " + e);
            }
        }
        verbs.sort(Comparator.comparing(ToolProvider::name));
        return verbs;
    }

    private static boolean hasNext(Iterator<?> providers, PrintStream err) {
        while (true) {
            try {
                return providers.hasNext();
            } catch (ServiceConfigurationError e) {
                err.println("weir: a verb of a module cannot be used: " + e.getMessage());
            }
        }
    }
}
