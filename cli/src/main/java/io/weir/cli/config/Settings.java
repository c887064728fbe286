package io.weir.cli.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.weir.cli.shell.CliFailure;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Where the options marked {@link Setting} get their values when the command line has none: first {@code WEIR_*}, then the
 * configuration file (HOCON), then the built-in default. All use the same names.
 */
public final class Settings implements IDefaultValueProvider {
    private static final String PREFIX = "WEIR_";

    /** Farther from every setting than this, a variable is someone else's: Kubernetes, for one, sets WEIR_SERVICE_HOST. */
    private static final int TYPING_MISTAKE = 2;

    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads the environment and the file.
     *
     * @param root the whole command, whose marked options are the known settings
     * @param file the configuration file, if one was named
     * @throws CliFailure if the file is not there or not HOCON, or holds an unknown key; if a variable is misspelt
     */
    public static Settings load(CommandLine root, Map<String, String> environment, @Nullable Path file) {
        SortedSet<String> known = names(root);
        Map<String, String> values = new TreeMap<>();
        if (file != null) {
            values.putAll(readFile(file, known));
        }
        values.putAll(readEnvironment(environment, known));
        return new Settings(values);
    }

    /** All settings of a command and its subcommands. */
    public static SortedSet<String> names(CommandLine command) {
        SortedSet<String> names = new TreeSet<>();
        command.getCommandSpec().options().stream()
                .filter(Settings::isSetting)
                .forEach(option -> names.add(nameOf(option)));
        command.getSubcommands().values().forEach(sub -> names.addAll(names(sub)));
        return names;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option && isSetting(option) ? values.get(nameOf(option)) : null;
    }

    /** By the simple name of the mark, so that verbs of modules that do not know this one can bring their own. */
    private static boolean isSetting(OptionSpec option) {
        return option.userObject() instanceof AnnotatedElement element
                && Arrays.stream(element.getAnnotations())
                        .anyMatch(mark -> mark.annotationType().getSimpleName().equals(Setting.class.getSimpleName()));
    }

    private static String nameOf(OptionSpec option) {
        return option.longestName().substring("--".length());
    }

    private static String variableOf(String name) {
        return PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Map<String, String> readEnvironment(Map<String, String> environment, SortedSet<String> known) {
        Map<String, String> byVariable = known.stream().collect(Collectors.toMap(Settings::variableOf, name -> name));
        Map<String, String> values = new TreeMap<>();
        environment.forEach((variable, value) -> {
            String name = byVariable.get(variable);
            if (name != null) {
                values.put(name, value);
            } else if (variable.startsWith(PREFIX)) {
                refuseMisspelt(variable, byVariable);
            }
        });
        return values;
    }

    private static void refuseMisspelt(String variable, Map<String, String> byVariable) {
        String nearest = NearestName.of(variable, byVariable.keySet());
        if (NearestName.distance(variable, nearest) <= TYPING_MISTAKE) {
            throw CliFailure.usage(
                    "the environment sets " + variable + ", which is no setting", "Did you mean " + nearest + "?");
        }
    }

    private static Map<String, String> readFile(Path file, SortedSet<String> known) {
        if (!Files.isReadable(file)) {
            throw CliFailure.usage(
                    "the configuration file " + file + " cannot be read", "Name another one with --config FILE.");
        }
        Config config;
        try {
            config = ConfigFactory.parseFile(file.toFile()).resolve();
        } catch (ConfigException e) {
            throw CliFailure.usage(
                    "the configuration file is not HOCON: " + e.getMessage(),
                    "Write one setting a line, as in: cluster-id = dev");
        }
        Map<String, String> values = new TreeMap<>();
        config.root().forEach((key, value) -> values.put(checked(key, value, known), text(key, value)));
        return values;
    }

    private static String checked(String key, ConfigValue value, SortedSet<String> known) {
        if (known.contains(key)) {
            return key;
        }
        throw CliFailure.usage(
                value.origin().description() + ": \"" + key + "\" is no setting",
                "Did you mean \"" + NearestName.of(key, known) + "\"? All settings: " + String.join(", ", known));
    }

    /** A list is written as on the command line, separated by commas. */
    private static String text(String key, ConfigValue value) {
        if (value.valueType() == ConfigValueType.LIST) {
            return ((List<?>) value.unwrapped()).stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        if (value.valueType() == ConfigValueType.OBJECT || value.valueType() == ConfigValueType.NULL) {
            throw CliFailure.usage(
                    value.origin().description() + ": \"" + key + "\" must be a text, a number or a list",
                    "Write it as on the command line, in quotes.");
        }
        return String.valueOf(value.unwrapped());
    }
}
