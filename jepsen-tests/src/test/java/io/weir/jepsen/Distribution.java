package io.weir.jepsen;

import java.nio.file.Files;
import java.nio.file.Path;

/** The built product: what is tested here is what is shipped. */
final class Distribution {
    private Distribution() {}

    /**
     * The runnable jar.
     *
     * @throws IllegalStateException if it is not built
     */
    static Path jar() {
        Path jar = moduleDirectory().resolveSibling("cli").resolve("target/weir/weir.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(
                    jar + " is not there; build it first, with: mvn -pl jepsen-tests -am verify");
        }
        return jar;
    }

    /** Of jepsen-tests, wherever the tests are started from. */
    static Path moduleDirectory() {
        return Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
