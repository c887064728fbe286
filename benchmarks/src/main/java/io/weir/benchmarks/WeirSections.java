package io.weir.benchmarks;

import io.weir.benchmarks.page.BarChart;
import io.weir.benchmarks.page.BarChart.Tone;
import io.weir.benchmarks.page.Html;
import io.weir.benchmarks.page.LatencyChart;
import io.weir.benchmarks.page.Numbers;
import io.weir.benchmarks.page.StripChart;
import java.util.ArrayList;
import java.util.List;

/** The sections of the verbs that have little to draw. */
final class WeirSections {
    private WeirSections() {}

    /** Transactions beside single appends. */
    static final class Transactions extends ReportSection<TransactionReport> {
        Transactions(List<Kept<TransactionReport>> results) {
            super(results);
        }

        @Override
        String title() {
            return "Transactions over two partitions";
        }

        @Override
        String about() {
            return "Two events in two partitions: one call at a time, in turn with single appends, then from many clients at once.";
        }

        @Override
        void figures(Html page) {
            BarChart rates = new BarChart("Transactions a second", "transactions a second");
            LatencyChart latencies = new LatencyChart("Latencies of appends and transactions");
            List<List<String>> rows = new ArrayList<>();
            for (Kept<TransactionReport> result : results) {
                TransactionReport report = result.figures();
                String clients = Numbers.count(report.clients()) + " clients";
                rates.bar(
                        name(result, clients),
                        report.transactionsPerSecond(),
                        report.result().rates(),
                        Tone.MAIN,
                        "");
                row(latencies, rows, result, "single append", report.result().appends());
                row(latencies, rows, result, "transaction", report.result().transactions());
                row(latencies, rows, result, clients, report.result().loaded());
                page.element(
                        "p",
                        "#" + result.number() + ": a transaction takes " + Numbers.figure(report.ratio())
                                + " times as long as a single append (p50, rounds "
                                + range(report.result().ratios())
                                + "); " + clients + " commit " + Numbers.figure(report.transactionsPerSecond())
                                + " a second (rounds " + range(report.result().rates()) + "), "
                                + Numbers.count(report.result().aborted()) + " were aborted.");
            }
            page.raw("<div class=\"pair\">\n");
            latencies.write(page);
            rates.write(page);
            page.raw("</div>\n");
            page.table(joined(List.of("", "what"), LATENCY_HEADS), rows);
        }

        private void row(
                LatencyChart chart,
                List<List<String>> rows,
                Kept<TransactionReport> result,
                String what,
                Latencies.Summary of) {
            latency(chart, name(result, what), of);
            rows.add(joined(List.of("#" + result.number(), what), cells(of)));
        }
    }

    /** Reading all that is there. */
    static final class Reads extends ReportSection<ReadReport> {
        Reads(List<Kept<ReadReport>> results) {
            super(results);
        }

        @Override
        String title() {
            return "Reads";
        }

        @Override
        String about() {
            return "All that is there, read from its beginning, every partition at once.";
        }

        @Override
        void figures(Html page) {
            BarChart rates = new BarChart("MB a second that were read", "MB of payload a second");
            List<List<String>> rows = new ArrayList<>();
            for (Kept<ReadReport> result : results) {
                ReadReport report = result.figures();
                List<Double> rounds =
                        report.rounds().stream().map(rate -> rate / 1e6).toList();
                String name = name(result, Numbers.count(report.plan().sizeBytes()) + " bytes");
                rates.bar(name, report.bytesPerSecond() / 1e6, rounds, Tone.MAIN, "");
                rows.add(List.of(
                        "#" + result.number(),
                        report.cluster(),
                        Numbers.count(report.plan().sizeBytes()),
                        Numbers.count(report.plan().events()),
                        Numbers.figure(report.bytesPerSecond() / 1e6),
                        range(rounds),
                        Numbers.figure(report.bytesPerSecond()
                                / Math.max(1, report.plan().sizeBytes()))));
            }
            page.raw("<div class=\"pair\">\n");
            rates.write(page);
            page.table(List.of("", "from", "bytes", "events", "MB/s", "rounds", "events/s"), rows);
            page.raw("</div>\n");
        }
    }

    /** Many streams beside few. */
    static final class Streams extends ReportSection<StreamsReport> {
        Streams(List<Kept<StreamsReport>> results) {
            super(results);
        }

        @Override
        String title() {
            return "Many streams";
        }

        @Override
        String about() {
            return "Appends to any of many streams in turn with appends to any of a few, and what each node has in memory then.";
        }

        @Override
        void figures(Html page) {
            BarChart rates = new BarChart("Events a second to few and many streams", "events a second");
            BarChart memory = new BarChart("Memory of each node", "MiB");
            List<List<String>> rows = new ArrayList<>();
            for (Kept<StreamsReport> result : results) {
                StreamsReport report = result.figures();
                List<Double> few = report.result().fewRates();
                List<Double> many = report.result().manyRates();
                rates.bar(
                        name(result, Numbers.count(report.few()) + " streams"),
                        Pipeline.median(few),
                        few,
                        Tone.OTHER,
                        "");
                rates.bar(
                        name(result, Numbers.count(report.many()) + " streams"),
                        Pipeline.median(many),
                        many,
                        Tone.MAIN,
                        "");
                for (int node = 0; node < report.result().memory().size(); node++) {
                    NodeMemory of = report.result().memory().get(node);
                    memory.bar(
                            name(result, "n" + (node + 1) + " of its own"),
                            of.ownBytes() / 1048576.0,
                            List.of(),
                            Tone.MAIN,
                            "");
                    memory.bar(
                            name(result, "n" + (node + 1) + " mapped files"),
                            of.mappedBytes() / 1048576.0,
                            List.of(),
                            Tone.OTHER,
                            "");
                }
                rows.add(List.of(
                        "#" + result.number(),
                        Numbers.count(report.eventBytes()),
                        Numbers.count(report.few()) + ": " + Numbers.figure(Pipeline.median(few)) + " (" + range(few)
                                + ")",
                        Numbers.count(report.many()) + ": " + Numbers.figure(Pipeline.median(many)) + " (" + range(many)
                                + ")",
                        Numbers.figure(report.ratio()),
                        Numbers.figure(report.result().fillRate())));
            }
            page.raw("<div class=\"pair\">\n");
            rates.write(page);
            memory.write(page);
            page.raw("</div>\n");
            page.table(List.of("", "bytes", "few: events/s", "many: events/s", "ratio", "new streams/s"), rows);
        }
    }

    /** What a killed leader costs. */
    static final class Failovers extends ReportSection<FailoverReport> {
        Failovers(List<Kept<FailoverReport>> results) {
            super(results);
        }

        @Override
        String title() {
            return "Failover";
        }

        @Override
        String about() {
            return "Appends that were acknowledged around the kill of the leader. The solid line is the kill, the dashed one the first acknowledgement of an append that was sent after it. Bars that are cut off have their rate above.";
        }

        @Override
        void figures(Html page) {
            for (Kept<FailoverReport> result : results) {
                FailoverReport report = result.figures();
                page.element(
                        "p",
                        "#" + result.number() + ": appends after " + Numbers.figure(report.resumedMs())
                                + " ms, median of " + report.rounds().size() + " rounds, " + range(report.rounds())
                                + " ms; the longest election timeout is " + Numbers.count(report.maxElectionMs())
                                + " ms; " + Numbers.count(report.rate()) + " appends a second were sent.");
                StripChart strips = new StripChart("Acknowledged appends around each kill", report.rate());
                List<List<String>> rows = new ArrayList<>();
                for (int round = 0; round < report.rounds().size(); round++) {
                    double resumed = report.rounds().get(round);
                    rows.add(List.of("round " + (round + 1), Numbers.figure(resumed)));
                    if (round < report.timelines().size()) {
                        AckTimeline timeline = report.timelines().get(round);
                        List<Double> rates = timeline.acknowledged().stream()
                                .map(count -> count * 1e3 / timeline.stepMs())
                                .toList();
                        strips.strip("round " + (round + 1), timeline.fromMs(), timeline.stepMs(), rates, resumed);
                    }
                }
                strips.write(page);
                page.table(List.of("#" + result.number(), "appends after, ms"), rows);
            }
        }
    }

    /** How long a start takes. */
    static final class Restarts extends ReportSection<RestartReport> {
        Restarts(List<Kept<RestartReport>> results) {
            super(results);
        }

        @Override
        String title() {
            return "Restarts";
        }

        @Override
        String about() {
            return "From the start of a node's process until it serves, with one large partition.";
        }

        @Override
        void figures(Html page) {
            BarChart seconds = new BarChart("Seconds until a node serves", "seconds");
            List<List<String>> rows = new ArrayList<>();
            for (Kept<RestartReport> result : results) {
                RestartReport report = result.figures();
                seconds.bar(
                        name(result, "stopped in order"), report.stoppedSeconds(), report.stopped(), Tone.OTHER, "");
                seconds.bar(name(result, "killed"), report.killedSeconds(), report.killed(), Tone.MAIN, "");
                rows.add(List.of(
                        "#" + result.number(),
                        Numbers.count(report.storeBytes() >> 20),
                        Numbers.count(report.heapMib()),
                        Numbers.figure(report.stoppedSeconds()) + " (" + range(report.stopped()) + ")",
                        Numbers.figure(report.killedSeconds()) + " (" + range(report.killed()) + ")"));
            }
            page.raw("<div class=\"pair\">\n");
            seconds.write(page);
            page.table(List.of("", "store MiB", "heap MiB", "stopped, s", "killed, s"), rows);
            page.raw("</div>\n");
        }
    }

    /** A store without Raft. */
    static final class Stores extends ReportSection<StoreReport> {
        Stores(List<Kept<StoreReport>> results) {
            super(results);
        }

        @Override
        String title() {
            return "Below Raft";
        }

        @Override
        String about() {
            return "What a replica does with committed entries, on one thread: parse, decide, write, commit, with checkpoints beside it.";
        }

        @Override
        void figures(Html page) {
            BarChart rates = new BarChart("Events a second of a store", "events a second");
            LatencyChart latencies = new LatencyChart("Latencies of a store");
            List<List<String>> rows = new ArrayList<>();
            for (Kept<StoreReport> result : results) {
                StoreReport report = result.figures();
                StoreBench.Plan plan = report.plan();
                rates.bar(
                        name(result, plan.batch() + " events of " + plan.sizeBytes() + " bytes"),
                        report.eventsPerSecond(),
                        report.rounds(),
                        Tone.MAIN,
                        "");
                latency(latencies, name(result, "commit"), report.last().commits());
                latency(
                        latencies,
                        name(result, "commit beside a checkpoint"),
                        report.last().commitsBeside());
                latency(latencies, name(result, "writer stopped"), report.last().begins());
                latency(
                        latencies,
                        name(result, "checkpoint completed"),
                        report.last().completions());
                rows.add(List.of(
                        "#" + result.number(),
                        Numbers.figure(report.eventsPerSecond()),
                        range(report.rounds()),
                        Numbers.count(report.payloadBytes() >> 20),
                        Numbers.count(report.fileBytes() >> 20),
                        Numbers.figure((double) report.fileBytes() / report.payloadBytes()),
                        Numbers.figure(report.closeMs()),
                        Numbers.figure(report.openMs())));
            }
            page.raw("<div class=\"pair\">\n");
            rates.write(page);
            latencies.write(page);
            page.raw("</div>\n");
            page.table(
                    List.of("", "events/s", "rounds", "events MiB", "file MiB", "file/events", "close ms", "open ms"),
                    rows);
        }
    }
}
