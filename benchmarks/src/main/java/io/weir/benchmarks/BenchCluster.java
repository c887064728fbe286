package io.weir.benchmarks;

import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which cluster is measured: one that runs, or one that is started for it. */
final class BenchCluster {
    /** What is done with a cluster. */
    @FunctionalInterface
    interface Measurement<T> {
        /**
         * Measures.
         *
         * @param uri where the cluster is
         * @param description for the report
         * @param fileSystem that its nodes write to
         */
        T measure(String uri, String description, String fileSystem) throws InterruptedException;
    }

    /** Empty for none, so that {@code WEIR_CONNECT= weir bench append} starts a cluster all the same. */
    @Setting
    @Option(
            names = "--connect",
            paramLabel = "ADDRESS",
            description = "A running cluster, weir://host:port,host:port; none is started.")
    String connect = "";

    @Mixin
    LocalNodes local = new LocalNodes();

    /** Runs a measurement against the cluster, after starting it if there is none. */
    <T> T run(BenchVerb verb, Measurement<T> measurement) throws IOException, InterruptedException {
        local.requireValid(verb, 1);
        return connect.isEmpty()
                ? local.run(
                        verb,
                        (cluster, description, fileSystem) ->
                                measurement.measure(cluster.uri(), description, fileSystem))
                : measurement.measure(connect, connect, "remote");
    }

    /** What to do when no cluster answers. */
    String nextStep() {
        return connect.isEmpty() ? BenchVerb.LOOK_AT_THIS_MACHINE : "\"weir cluster status\" shows who leads.";
    }

    /** The options, as in a command that does the same again. */
    String commandLine() {
        return connect.isEmpty() ? local.commandLine() : "--connect " + connect;
    }
}
