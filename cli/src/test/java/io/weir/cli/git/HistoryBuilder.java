package io.weir.cli.git;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Builds real repositories, commit by commit, through one {@code git fast-import}: every path of any bytes, every shape of
 * graph, the same object ids each time.
 */
public final class HistoryBuilder {
    private final ByteArrayOutputStream script = new ByteArrayOutputStream();
    private int marks;

    /** Collects the changes of one commit. */
    public final class CommitBuilder {
        private final ByteArrayOutputStream changes = new ByteArrayOutputStream();
        private byte[] message = new byte[0];
        private String encoding = "";

        public CommitBuilder message(byte[] bytes, String ofEncoding) {
            message = bytes.clone();
            encoding = ofEncoding;
            return this;
        }

        public CommitBuilder write(String mode, GitPath path, String content) {
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            write(changes, "M " + mode + " inline " + quoted(path) + "\ndata " + data.length + "\n");
            changes.writeBytes(data);
            write(changes, "\n");
            return this;
        }

        public CommitBuilder file(String path, String content) {
            return write("100644", GitPath.ofText(path), content);
        }

        public CommitBuilder gitlink(String path, String commitId) {
            write(changes, "M 160000 " + commitId + " " + quoted(GitPath.ofText(path)) + "\n");
            return this;
        }

        public CommitBuilder delete(String path) {
            return delete(GitPath.ofText(path));
        }

        public CommitBuilder delete(GitPath path) {
            write(changes, "D " + quoted(path) + "\n");
            return this;
        }

        public CommitBuilder rename(String from, String to) {
            write(changes, "R " + quoted(GitPath.ofText(from)) + " " + quoted(GitPath.ofText(to)) + "\n");
            return this;
        }

        /** Ends the commit and returns its number; the changes are against the first parent. */
        public int on(int... parents) {
            marks++;
            write(script, "commit refs/zoo/" + marks + "\nmark :" + marks + "\n");
            write(script, "committer Ada <ada@example.org> " + (1_700_000_000 + marks * 60) + " +0000\n");
            if (!encoding.isEmpty()) {
                write(script, "encoding " + encoding + "\n");
            }
            write(script, "data " + message.length + "\n");
            script.writeBytes(message);
            write(script, "\n");
            for (int i = 0; i < parents.length; i++) {
                write(script, (i == 0 ? "from :" : "merge :") + parents[i] + "\n");
            }
            script.writeBytes(changes.toByteArray());
            write(script, "\n");
            return marks;
        }

        private void write(ByteArrayOutputStream to, String text) {
            to.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    public CommitBuilder commit(String message) {
        return new CommitBuilder().message(message.getBytes(StandardCharsets.UTF_8), "");
    }

    public void tag(String name, int commit, String message) {
        byte[] data = message.getBytes(StandardCharsets.UTF_8);
        script.writeBytes(
                ("tag " + name + "\nfrom :" + commit + "\ntagger Ada <ada@example.org> 1700000000 +0000\ndata "
                                + data.length + "\n" + message + "\n")
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** Makes a bare repository whose HEAD is the last commit. */
    public Path into(Path directory, String... initOptions) throws IOException {
        Files.createDirectories(directory);
        String[] init = new String[initOptions.length + 3];
        init[0] = "init";
        init[1] = "--bare";
        init[2] = "--initial-branch=main";
        System.arraycopy(initOptions, 0, init, 3, initOptions.length);
        Git.text(directory, init);
        script.writeBytes(("reset refs/heads/main\nfrom :" + marks + "\n\n").getBytes(StandardCharsets.UTF_8));
        Git.run(directory, script.toByteArray(), "fast-import", "--quiet", "--date-format=raw");
        return directory;
    }

    /** Every byte as an octal escape: right for all of them. */
    private static String quoted(GitPath path) {
        StringBuilder quoted = new StringBuilder("\"");
        for (byte b : path.bytes()) {
            quoted.append(String.format("\\%03o", b & 0xff));
        }
        return quoted.append('"').toString();
    }
}
