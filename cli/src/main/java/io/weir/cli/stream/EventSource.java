package io.weir.cli.stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What to read or follow: a stream by name, or a whole partition; exactly one of them. */
public final class EventSource {
    @Parameters(index = "0", paramLabel = "STREAM", description = "Name of a stream.")
    @Nullable
    String stream;

    @Option(names = "--partition", paramLabel = "P", description = "Number of a partition, from 0: all of its streams.")
    @Nullable
    Integer partition;
}
