package io.weir.cli.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Repositories drawn from a seed: few names that are files here and directories there, much branching and merging. */
public final class RandomHistory {
    private static final String[] NAMES = {"a", "b", "a b", "ü", "\n", "\"", "{k}"};
    private static final String[] MODES = {"100644", "100644", "100755", "120000"};

    private final Random random;
    private final HistoryBuilder git = new HistoryBuilder();
    private final List<Integer> tips = new ArrayList<>();

    private RandomHistory(long seed) {
        random = new Random(seed);
    }

    /** Makes a bare repository of this many commits, all of them reachable from HEAD. */
    public static Path into(Path directory, long seed, int commits) throws IOException {
        RandomHistory history = new RandomHistory(seed);
        for (int i = 0; i < commits - 1; i++) {
            history.commit();
        }
        history.mergeAll();
        return history.git.into(directory);
    }

    private void commit() {
        HistoryBuilder.CommitBuilder commit = changes(git.commit("x".repeat(random.nextInt(3))));
        int kind = tips.isEmpty() ? 0 : random.nextInt(12);
        if (kind == 0) {
            tips.add(commit.on());
        } else if (kind < 3) {
            tips.add(commit.on(tip()));
        } else if (kind < 6 && tips.size() > 1) {
            int[] parents = random.ints(0, tips.size())
                    .distinct()
                    .limit(2 + random.nextInt(Math.min(2, tips.size() - 1)))
                    .map(tips::get)
                    .toArray();
            Arrays.stream(parents).skip(1).forEach(merged -> tips.remove((Integer) merged));
            replace(parents[0], commit.on(parents));
        } else {
            int parent = tip();
            replace(parent, commit.on(parent));
        }
    }

    private void mergeAll() {
        int[] parents = tips.stream().mapToInt(Integer::intValue).toArray();
        changes(git.commit("the end")).on(parents);
    }

    private int tip() {
        return tips.get(random.nextInt(tips.size()));
    }

    private void replace(Integer old, int tip) {
        tips.remove(old);
        tips.add(tip);
    }

    private HistoryBuilder.CommitBuilder changes(HistoryBuilder.CommitBuilder commit) {
        for (int i = random.nextInt(5); i > 0; i--) {
            if (random.nextInt(4) == 0) {
                commit.delete(path());
            } else {
                commit.write(MODES[random.nextInt(MODES.length)], path(), "content " + random.nextInt(4));
            }
        }
        return commit;
    }

    private GitPath path() {
        if (random.nextInt(20) == 0) {
            return GitPath.of(new byte[] {'r', (byte) (0x80 + random.nextInt(4))});
        }
        List<String> names = new ArrayList<>();
        for (int depth = random.nextInt(3); depth >= 0; depth--) {
            names.add(NAMES[random.nextInt(NAMES.length)]);
        }
        return GitPath.of(String.join("/", names).getBytes(StandardCharsets.UTF_8));
    }
}
