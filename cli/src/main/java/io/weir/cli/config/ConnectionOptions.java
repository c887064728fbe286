package io.weir.cli.config;

import io.weir.cli.shell.Console;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options {@code --connect} and {@code --timeout}, shared by every verb that talks to a cluster. */
public final class ConnectionOptions {
    @Setting
    @Option(
            names = "--connect",
            paramLabel = "ADDRESS",
            defaultValue = "weir://127.0.0.1:7400",
            description = "One or more nodes, weir://host:port,host:port.%nDefault: ${DEFAULT-VALUE}")
    private String address = "";

    @Setting
    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = Time.class,
            description = "How long one call may take, as 500ms, 10s or 2m. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ZERO;

    /**
     * A store at that address; the caller closes it.
     *
     * @throws EventStoreException.InvalidRequest if the address cannot be read
     */
    public EventStore open(Console console) {
        return console.connector().connect(address, timeout);
    }

    public String address() {
        return address;
    }

    /** Reads {@code 500ms}, {@code 10s}, {@code 2m}, {@code 24h}. */
    public static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            java.util.regex.Matcher parts = java.util.regex.Pattern.compile("([1-9][0-9]{0,8})(ms|s|m|h)")
                    .matcher(text);
            if (!parts.matches()) {
                throw new TypeConversionException("'" + text + "' is no time; write 500ms, 10s, 2m or 24h");
            }
            long amount = Long.parseLong(parts.group(1));
            return switch (parts.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
        }
    }
}
