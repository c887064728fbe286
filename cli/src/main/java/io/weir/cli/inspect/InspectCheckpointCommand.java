package io.weir.cli.inspect;

import io.weir.cli.shell.Console;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir inspect checkpoint}: what the next start of a store will find. */
@Command(
        name = "checkpoint",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show the last checkpoint of a store as JSON: what the next start will find.",
            "",
            "Reads CURRENT and the checkpoint's file. A node may be running there.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:shown", "1:there is none, or it is damaged", "2:usage"},
        footerHeading = "%nExamples:%n",
        footer = {"  weir inspect checkpoint weir-data", "  weir inspect checkpoint weir-data --partition 2"})
final class InspectCheckpointCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private StoreDirectory store = new StoreDirectory();

    InspectCheckpointCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().println(Json.pretty(StoreJson.checkpoint(store.inspection())));
        console.out().flush();
        return ExitCode.OK;
    }
}
