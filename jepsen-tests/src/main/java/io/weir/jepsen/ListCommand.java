package io.weir.jepsen;

import io.weir.jepsen.nemesis.Nemeses;
import io.weir.jepsen.rig.Tier;
import io.weir.jepsen.workload.Workloads;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The verb {@code weir jepsen list}: what can be chosen. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = {"List what clients can do, and what can be done to a cluster.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  weir jepsen list"})
final class ListCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not called by picocli");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("workloads");
        Workloads.ALL.forEach(activity -> print(out, activity.name(), activity.summary()));
        for (Tier tier : Tier.values()) {
            out.println();
            out.println(
                    switch (tier) {
                        case PROCESSES -> "kinds of faults";
                        case DISKS -> "kinds of faults that need root, and loop devices";
                        case CLOCKS -> "kinds of faults that need libfaketime";
                    });
            Nemeses.ALL.stream()
                    .filter(nemesis -> nemesis.tier() == tier)
                    .forEach(nemesis -> print(out, nemesis.name(), nemesis.summary()));
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, String name, String summary) {
        out.println(String.format(Locale.ROOT, "  %-16s %s", name, summary));
    }
}
