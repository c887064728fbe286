package io.weir.cli.inspect;

import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.ExitCode;
import io.weir.consensus.NodeFiles;
import io.weir.logstore.StoreException;
import io.weir.logstore.pages.StoreInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which store is meant: shared by the verbs that look at stores. */
final class StoreDirectory {
    @Parameters(paramLabel = "DIR", description = "A node's directory, or the directory of one store.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Option(names = "--partition", paramLabel = "N", description = "Which store of a node's directory. Default: 0.")
    private @Nullable Integer partition;

    /** The store's directory. */
    Path path() {
        if (isNode()) {
            return directory.resolve("store-" + (partition == null ? 0 : partition));
        }
        if (partition != null) {
            throw CliFailure.usage(
                    directory + " is no node's directory", "Leave --partition away, or name a node's directory.");
        }
        return directory;
    }

    private boolean isNode() {
        try {
            return NodeFiles.of(directory) != null;
        } catch (IOException e) {
            throw new CliFailure(ExitCode.FAILED, "cannot read " + directory + ": " + e, "", e);
        }
    }

    /** What lies in it. */
    StoreInspection inspection() {
        Path path = path();
        try {
            StoreInspection inspection = Files.isDirectory(path) ? StoreInspection.of(path) : null;
            if (inspection == null) {
                throw new CliFailure(
                        ExitCode.FAILED, "there is no store in " + path, "Name the directory of a node or of a store.");
            }
            return inspection;
        } catch (StoreException e) {
            throw damaged(e);
        }
    }

    /** What to say of a store that cannot be read. */
    static CliFailure damaged(StoreException e) {
        return new CliFailure(
                ExitCode.FAILED,
                String.valueOf(e.getMessage()),
                e instanceof StoreException.Corrupted
                        ? "Keep the directory: the node repairs itself from its peers when it is started."
                        : "",
                e);
    }

    /** What to say when the node went on meanwhile. */
    static CliFailure moved(StoreInspection.Moved e) {
        return new CliFailure(
                ExitCode.UNAVAILABLE,
                String.valueOf(e.getMessage()),
                "Run it again, or on a stopped node or a copy.",
                e);
    }
}
