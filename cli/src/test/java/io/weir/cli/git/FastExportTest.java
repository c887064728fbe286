package io.weir.cli.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.cli.git.GitCommit.Change;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FastExportTest {
    private static final String A = "a".repeat(40);
    private static final String B = "b".repeat(40);
    private static final String C = "c".repeat(40);
    private static final String BLOB = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void aCommitWithWritesAndDeletes() throws Exception {
        GitCommit commit = only(head(1, A, "data 8\nsubject\n") + "M 100755 " + BLOB + " dir/file\nD old name\n\n");

        assertThat(commit.id()).isEqualTo(A);
        assertThat(commit.parents()).isEmpty();
        assertThat(commit.subject()).isEqualTo("subject");
        assertThat(commit.changes())
                .containsExactly(
                        new Change(GitPath.ofText("dir/file"), new TreeEntry("100755", BLOB)),
                        new Change(GitPath.ofText("old name"), null));
    }

    @Test
    void theFirstParentComesFirst() throws Exception {
        List<GitCommit> commits = read(head(1, A, "data 0\n") + "\n" + head(2, B, "data 0\n") + "\n"
                + head(3, C, "data 0\n") + "from :2\nmerge :1\n\n");
        assertThat(commits.get(2).parents()).containsExactly(B, A);
    }

    @Test
    void aMessageMayLackItsNewlineAndLookLikeCommands() throws Exception {
        String message = "one\nM 100644 " + BLOB + " trap\ncommit x\nD other";
        GitCommit commit =
                only(head(1, A, "data " + message.length() + "\n" + message) + "M 100644 " + BLOB + " real\n\n");
        assertThat(commit.changes()).extracting(Change::path).containsExactly(GitPath.ofText("real"));
    }

    @Test
    void anEmptyMessageAndNoChanges() throws Exception {
        GitCommit commit = only(head(1, A, "data 0\n") + "\n");
        assertThat(commit.subject()).isEmpty();
        assertThat(commit.changes()).isEmpty();
    }

    @Test
    void aMessageInItsEncoding() throws Exception {
        byte[] latin = "Gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1);
        String export = head(1, A, "encoding ISO-8859-1\ndata 5\n" + new String(latin, StandardCharsets.ISO_8859_1));
        assertThat(only(export).subject()).isEqualTo("Gr\u00fc\u00dfe");
        assertThat(only(export.replace("ISO-8859-1", "nonsense!")).subject()).isEqualTo("Gr\u00fc\u00dfe");
    }

    @Test
    void aLongSubjectIsCutBetweenCodePoints() throws Exception {
        String rocket = "\ud83d\ude80";
        byte[] message = rocket.repeat(200).getBytes(StandardCharsets.UTF_8);
        String export = head(1, A, "data 800\n" + new String(message, StandardCharsets.ISO_8859_1));
        assertThat(only(export).subject()).isEqualTo(rocket.repeat(120));
    }

    @Test
    void pathsAreBytesQuotedOrNot() throws Exception {
        GitCommit commit =
                only(head(1, A, "data 0\n") + "D \"tab\\there\\303\\274\"\nD  leading\nD raw\u00ff\nD \"a b\"\n");
        assertThat(commit.changes())
                .extracting(Change::path)
                .containsExactly(
                        GitPath.ofText("tab\there\u00fc"),
                        GitPath.ofText(" leading"),
                        GitPath.of(new byte[] {'r', 'a', 'w', (byte) 0xff}),
                        GitPath.ofText("a b"));
    }

    @Test
    void signaturesTagsResetsAndBlobsChangeNothing() throws Exception {
        String commit = head(1, A, "gpgsig sha1 openpgp\ndata 11\nD trap\nD x\ndata 0\n") + "D f\n\n";
        List<GitCommit> commits = read("feature done\nreset refs/heads/x\n" + commit
                + "blob\nmark :7\noriginal-oid " + BLOB + "\ndata 6\nD trap\n"
                + "reset refs/heads/y\nfrom :1\n\n"
                + "tag v1\nfrom :1\noriginal-oid " + BLOB + "\ntagger T <t> 0 +0000\ndata 7\nD trap\n\n"
                + head(2, B, "data 0\n") + "from :1\n\ndone\n");
        assertThat(commits).hasSize(2);
        assertThat(commits.get(0).changes()).hasSize(1);
        assertThat(commits.get(1).parents()).containsExactly(A);
    }

    @Test
    void idsMayHave64Digits() throws Exception {
        String id = "d".repeat(64);
        GitCommit commit = only(head(1, id, "data 0\n") + "M 160000 " + id + " sub\n");
        assertThat(commit.id()).isEqualTo(id);
        assertThat(commit.changes().get(0).entry()).isEqualTo(new TreeEntry("160000", id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "R old new\n",
                "C old new\n",
                "N " + "0123456789abcdef0123456789abcdef01234567 :1\n",
                "deleteall\n",
                "M 100644 inline path\ndata 0\n",
                "M 100644 :3 path\n",
                "M 644 0123456789abcdef0123456789abcdef01234567 path\n",
                "M 100644 0123456789abcdef0123456789abcdef01234567\n",
                "D \"unclosed\n",
                "D \"bad\\q\"\n",
                "D \"bad\\37\"\n",
                "D \"more\" than\n",
                "D \n",
                "from :9\n",
                "nonsense\n"
            })
    void whatWouldBeMisreadIsRefused(String line) {
        assertThatThrownBy(() -> read(head(1, A, "data 0\n") + line))
                .isInstanceOf(GitFormatException.class)
                .hasMessageContaining("git fast-export, byte ");
    }

    @Test
    void aTornExportIsRefusedWhereverItEnds() {
        String whole = "reset x\n" + head(1, A, "data 4\nabcd") + "M 100644 " + BLOB + " p\n";
        int afterTheMessage = whole.indexOf("abcd") + 4;
        for (int length = 9; length < whole.length(); length++) {
            String torn = whole.substring(0, length);
            if (length != afterTheMessage) {
                assertThatThrownBy(() -> read(torn)).as(torn).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aCommitWithoutItsIdIsRefused() {
        assertThatThrownBy(() -> read("commit x\nmark :1\ncommitter C <c> 0 +0000\ndata 0\n"))
                .hasMessageContaining("original-oid");
    }

    private static String head(int mark, String id, String rest) {
        return "commit refs/heads/x\nmark :" + mark + "\noriginal-oid " + id
                + "\nauthor A <a> 0 +0000\ncommitter C <c> 0 +0000\n" + rest;
    }

    private static GitCommit only(String export) throws IOException {
        List<GitCommit> commits = read(export);
        assertThat(commits).hasSize(1);
        return commits.get(0);
    }

    /** Reads an export given as text in which each character is a byte. */
    private static List<GitCommit> read(String export) throws IOException {
        FastExport reader = new FastExport(new ByteArrayInputStream(export.getBytes(StandardCharsets.ISO_8859_1)));
        List<GitCommit> commits = new ArrayList<>();
        for (GitCommit commit = reader.next(); commit != null; commit = reader.next()) {
            commits.add(commit);
        }
        return commits;
    }
}
