package io.weir.peers;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Composes commands that run a class of this program's class path in a process of its own. */
final class JavaCommand {
    private JavaCommand() {}

    /**
     * @param jvmArguments beside the heap
     * @param mainClass which {@link ChildMain} runs
     */
    static List<String> of(int heapMib, List<String> jvmArguments, String mainClass, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heapMib + "m");
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", classPath(), ChildMain.class.getName(), mainClass));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** Absolute, as children run in directories of their own. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
