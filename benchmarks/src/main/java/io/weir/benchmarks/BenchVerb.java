package io.weir.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the verbs below {@code weir bench} have in common. */
public abstract class BenchVerb implements Callable<Integer> {
    /** Exit code: the cluster did not start or is unavailable. */
    public static final int UNAVAILABLE = 3;

    /** What to do when a cluster that was started for a benchmark does not serve. */
    static final String LOOK_AT_THIS_MACHINE = "\"weir doctor\" looks at this machine.";

    @Spec
    @Nullable
    CommandSpec spec;

    /** The verb as picocli knows it. */
    public final CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not called by picocli");
        }
        return spec;
    }

    /** Where the report goes. */
    public final PrintWriter out() {
        return spec().commandLine().getOut();
    }

    /** Where progress and errors go. */
    public final PrintWriter err() {
        return spec().commandLine().getErr();
    }

    /**
     * Looks at the value of an option.
     *
     * @throws ParameterException with the limits, if it is outside of them
     */
    public final void requireInRange(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec().commandLine(), name + " is " + value + "; the limit is " + least + " to " + most);
        }
    }

    /**
     * A new directory for what is measured, to be deleted afterwards.
     *
     * @param parent value of {@code --dir}; null for the temporary directory
     * @throws ParameterException if the parent is no directory
     */
    public final Path createRoot(@Nullable Path parent) throws IOException {
        if (parent == null) {
            return Files.createTempDirectory("weir-bench");
        }
        if (!Files.isDirectory(parent)) {
            throw new ParameterException(spec().commandLine(), "--dir " + parent + " is no directory");
        }
        return Files.createTempDirectory(parent, "weir-bench");
    }

    /**
     * Says what to do when no cluster answers.
     *
     * @return the exit code
     */
    public final int unavailable(Exception cause, String nextStep) {
        err().println(spec().qualifiedName() + ": " + cause.getMessage());
        err().println(nextStep);
        err().flush();
        return UNAVAILABLE;
    }
}
