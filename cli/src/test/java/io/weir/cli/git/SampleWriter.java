package io.weir.cli.git;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the bundled sample anew: the zoo's export, and git's judgement of each of its commits. */
public final class SampleWriter {
    private SampleWriter() {}

    /** Writes into the directory named by the only argument. */
    public static void main(String[] arguments) throws IOException {
        Path target = Path.of(arguments[0]);
        Path zoo = Zoo.into(Files.createTempDirectory("weir-zoo"));
        GitRepository repository = GitRepository.at(zoo);
        Files.write(
                target.resolve("sample.fast-export"),
                Git.run(
                        zoo,
                        new byte[0],
                        "fast-export",
                        "--no-data",
                        "--show-original-ids",
                        "--reencode=no",
                        "--signed-tags=strip",
                        "--tag-of-filtered-object=drop",
                        repository.tip()));
        try (OutputStream out = Files.newOutputStream(target.resolve("sample.ls-tree"))) {
            for (GitCommit commit : repository.commits(Integer.MAX_VALUE)) {
                byte[] listing = repository.listing(commit.id());
                out.write((commit.id() + " " + listing.length + "\n").getBytes(StandardCharsets.US_ASCII));
                out.write(listing);
            }
        }
    }
}
