package io.weir.cli.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A repository made by hand with everything in it that a naive reader of histories gets wrong. */
public final class Zoo {
    /** A commit of a submodule; it exists nowhere, as is usual for gitlinks. */
    private static final String ELSEWHERE = "0123456789abcdef0123456789abcdef01234567";

    private final HistoryBuilder git = new HistoryBuilder();

    private Zoo() {}

    /** Makes the zoo as a bare repository; its object ids are the same each time. */
    public static Path into(Path directory) throws IOException {
        Zoo zoo = new Zoo();
        int at = zoo.plainWork();
        at = zoo.kinds(at);
        at = zoo.names(at);
        at = zoo.messages(at);
        at = zoo.mergesResolvedBothWays(at);
        at = zoo.deletesAgainstChanges(at);
        at = zoo.octopus(at);
        at = zoo.secondRoot(at);
        at = zoo.foxtrot(at);
        zoo.lastWork(at);
        return zoo.git.into(directory);
    }

    /** A path that is not UTF-8. */
    public static GitPath notUtf8() {
        return GitPath.of(new byte[] {'r', 'a', 'w', '/', (byte) 0xff, (byte) 0xfe, (byte) 0xc3});
    }

    /** A path longer than any stream's name. */
    public static GitPath tooLong() {
        return GitPath.ofText("long/" + "0123456789".repeat(30) + ".txt");
    }

    private int plainWork() {
        int at = git.commit("Begin\n")
                .file("README.md", "zoo\n")
                .file("src/main.c", "1\n")
                .file("d", "a file\n")
                .on();
        at = git.commit("Work on main\n")
                .file("src/main.c", "2\n")
                .file("src/util.c", "1\n")
                .on(at);
        at = git.commit("An empty commit\n").on(at);
        return git.commit("Rename util\n").rename("src/util.c", "src/helpers.c").on(at);
    }

    private int kinds(int from) {
        int at = git.commit("File becomes directory\n")
                .delete("d")
                .file("d/g", "inside\n")
                .file("d/h", "too\n")
                .on(from);
        at = git.commit("Directory becomes file\n")
                .delete("d/g")
                .delete("d/h")
                .file("d", "a file again\n")
                .on(at);
        at = git.commit("And once more a directory\n")
                .delete("d")
                .file("d/e/f", "deep\n")
                .on(at);
        at = git.commit("Executable\n")
                .write("100755", GitPath.ofText("src/main.c"), "2\n")
                .on(at);
        at = git.commit("Symbolic link\n")
                .write("120000", GitPath.ofText("link"), "README.md")
                .on(at);
        at = git.commit("The link becomes a file\n")
                .file("link", "no longer a link\n")
                .on(at);
        at = git.commit("Submodule\n").gitlink("vendor/lib", ELSEWHERE).on(at);
        at = git.commit("Submodule becomes a directory\n")
                .delete("vendor/lib")
                .file("vendor/lib/a", "a\n")
                .on(at);
        return git.commit("The file is gone\n").delete("link").on(at);
    }

    private int names(int from) {
        int at = git.commit("Names that are quoted\n")
                .file("with space", "1")
                .file(" leading and trailing ", "2")
                .file("tab\there", "3")
                .file("new\nline", "4")
                .file("quo\"te", "5")
                .file("back\\slash", "6")
                .file("bell\u0007", "7")
                .file("häßlich/naïve.txt", "8")
                .file("emoji-\ud83d\ude80", "9")
                .on(from);
        at = git.commit("Names that are no text\n")
                .write("100644", notUtf8(), "1")
                .write("100644", tooLong(), "2")
                .on(at);
        at = git.commit("Names that look like routing keys\n")
                .file("{a}/x", "1")
                .file("a", "2")
                .file("{}", "3")
                .file("x{a}y{b}", "4")
                .on(at);
        at = git.commit("Names at the limit\n")
                .file("e".repeat(246), "1")
                .file("f".repeat(247), "2")
                .file("g".repeat(248), "3")
                .on(at);
        return git.commit("Changes to all of these\n")
                .write("100755", notUtf8(), "1")
                .delete(tooLong())
                .file("new\nline", "other")
                .delete("tab\there")
                .on(at);
    }

    private int messages(int from) {
        int at = git.commit("No newline at the end").file("src/main.c", "3\n").on(from);
        at = git.commit("").file("src/main.c", "4\n").on(at);
        at = git.commit("Looks like an export\n\nM 100644 " + ELSEWHERE
                        + " README.md\nD src/main.c\n\ncommit x\ndata 3\n")
                .on(at);
        at = git.commit("Latin\n")
                .message("Gr\u00fc\u00dfe\n".getBytes(StandardCharsets.ISO_8859_1), "ISO-8859-1")
                .file("greeting", "1")
                .on(at);
        at = git.commit("Unknown\n")
                .message(new byte[] {'o', 'd', 'd', (byte) 0x80, '\n'}, "x-no-such-encoding")
                .file("greeting", "2")
                .on(at);
        git.tag("v1", at, "A tag\n");
        git.tag("v1-signed", at, "Signed\n-----BEGIN PGP SIGNATURE-----\nno\n-----END PGP SIGNATURE-----\n");
        return at;
    }

    /** Both sides change the same files; each merge keeps one side, so that its changes against the first parent hide the other. */
    private int mergesResolvedBothWays(int from) {
        int base = git.commit("Common\n")
                .file("conflict/ours", "0")
                .file("conflict/theirs", "0")
                .file("both", "0")
                .on(from);
        int ours = git.commit("Ours\n")
                .file("conflict/ours", "ours")
                .file("conflict/theirs", "ours")
                .on(base);
        ours = git.commit("Ours again\n").file("both", "ours").on(ours);
        int theirs = git.commit("Theirs\n")
                .file("conflict/ours", "theirs")
                .file("conflict/theirs", "theirs")
                .on(base);
        theirs = git.commit("Theirs again\n")
                .file("both", "theirs")
                .file("only-theirs", "1")
                .on(theirs);
        int merge = git.commit("Keep ours\n").on(ours, theirs);
        merge = git.commit("Take theirs\n")
                .file("conflict/theirs", "theirs")
                .file("only-theirs", "1")
                .on(merge, theirs);
        return git.commit("An evil merge: neither\n")
                .file("both", "new")
                .file("unheard-of", "1")
                .on(merge, ours, theirs);
    }

    private int deletesAgainstChanges(int from) {
        int base = git.commit("Two to quarrel about\n")
                .file("gone", "0")
                .file("kept", "0")
                .on(from);
        int deleting = git.commit("Delete both\n").delete("gone").delete("kept").on(base);
        int changing =
                git.commit("Change both\n").file("gone", "1").file("kept", "1").on(base);
        int merge = git.commit("One stays deleted\n").file("kept", "1").on(deleting, changing);
        int other = git.commit("The other way round\n").delete("gone").on(changing, deleting);
        return git.commit("Both agree\n").on(merge, other);
    }

    private int octopus(int from) {
        int a = git.commit("Arm a\n")
                .file("arms/a", "1")
                .file("README.md", "a\n")
                .on(from);
        int b = git.commit("Arm b\n")
                .file("arms/b", "1")
                .file("README.md", "b\n")
                .on(from);
        int c = git.commit("Arm c\n")
                .file("arms/c", "1")
                .write("100755", GitPath.ofText("README.md"), "zoo\n")
                .on(from);
        return git.commit("Octopus\n").file("arms/b", "1").file("arms/c", "1").on(a, b, c);
    }

    private int secondRoot(int from) {
        int root = git.commit("Another beginning\n")
                .file("README.md", "other\n")
                .file("other/file", "1")
                .on();
        root = git.commit("It grows\n").file("other/file", "2").on(root);
        return git.commit("Adopt it\n").file("other/file", "2").on(from, root);
    }

    /** The main line is merged into a branch, and the branch becomes the main line. */
    private int foxtrot(int from) {
        int branch = git.commit("On a branch\n").file("src/main.c", "branch\n").on(from);
        int main = git.commit("Meanwhile\n")
                .file("src/main.c", "main\n")
                .file("src/new.c", "1\n")
                .on(from);
        main = git.commit("Meanwhile, again\n")
                .delete("src/new.c")
                .file("d/e/f", "main\n")
                .on(main);
        return git.commit("Main into branch\n").file("d/e/f", "main\n").on(branch, main);
    }

    private void lastWork(int from) {
        int at = from;
        for (int i = 0; i < 12; i++) {
            at = git.commit("Step " + i + "\n")
                    .file("steps/" + i % 5, "step " + i + "\n")
                    .file("src/main.c", i + "\n")
                    .on(at);
        }
        git.commit("The end\n").delete("steps/0").on(at);
    }
}
