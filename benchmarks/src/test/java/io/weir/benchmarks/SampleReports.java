package io.weir.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** A report of each kind, with figures that never change. */
final class SampleReports {
    private static final Machine MACHINE = new Machine("Linux 6.18 amd64", 2, "OpenJDK 17", "ext4");
    private static final Latencies.Summary FAST = new Latencies.Summary(5_000, 1.5, 4.25, 16, 40);
    private static final Latencies.Summary SLOW = new Latencies.Summary(5_000, 9, 37, 120, 310);

    static final String COMPARE = """
            {"kind":"compare","version":1,"weir":"0.1.0","date":"2026-11-22T20:00:00Z","command":"weir-peers compare",
            "machine":{"system":"Linux 6.18 amd64","processors":2,"java":"OpenJDK 17","fileSystem":"ext4"},
            "peers":[{"name":"weir","versions":"weir 0.1.0","promise":"fsynced"},{"name":"kafka","versions":"kafka 4","promise":"in the page cache"}],
            "sections":[{"contest":"append","description":"events of 1,024 bytes","figures":[
            {"peer":"weir","perSecond":20000,"least":18000,"most":21000,"cpuMicros":90.5,"idleShare":0.01,
            "rounds":[{"count":100,"perSecond":20000,"cpuNanos":5,"idleShare":0.0}]},
            {"peer":"kafka","perSecond":40000,"least":40000,"most":40000,"latency":{"count":9,"p50Ms":2,"p99Ms":20,"p999Ms":30,"maxMs":31},
            "idleShare":0.02,"weirBy":{"rate":0.5},"rounds":[{"count":100,"perSecond":40000,"cpuNanos":5,"idleShare":0.0}]}]}],
            "skipped":[{"peer":"etcd","contest":"append","reason":"not installed","nextStep":"install it","absent":true}]}
            """;

    private SampleReports() {}

    static AppendReport append(int partitions, int streams, int bytes, double rate) {
        return new AppendReport(
                "weir bench append --partitions " + partitions + " --streams " + streams + " --size " + bytes,
                MACHINE,
                "3 nodes",
                partitions,
                streams,
                bytes,
                2_048,
                rate,
                List.of(rate * 0.9, rate, rate * 1.05),
                1_000,
                streams == 1 ? null : FAST);
    }

    /** One of each kind but the comparison. */
    static List<Report> all() {
        List<Integer> acknowledged = new ArrayList<>();
        for (int step = 0; step < 80; step++) {
            acknowledged.add(step < 20 ? 5 : step < 60 ? 0 : step == 60 ? 190 : 5);
        }
        return List.of(
                append(4, 64, 1_024, 21_000),
                new TransactionReport(
                        "weir bench tx",
                        MACHINE,
                        "3 nodes, 4 partitions",
                        1_024,
                        10_000,
                        64,
                        1.7,
                        370,
                        new TransactionBench.Result(
                                FAST, SLOW, List.of(1.6, 1.7, 2.0), List.of(319.0, 370.0, 407.0), SLOW, 3)),
                new ReadReport(
                        "weir bench read",
                        MACHINE,
                        "in this process, 1 partitions",
                        new ReadBench.Plan(1_024, 500_000, 2),
                        4e8,
                        List.of(3e8, 5e8)),
                new StreamsReport(
                        "weir bench streams",
                        MACHINE,
                        "3 nodes, 4 partitions",
                        100,
                        10,
                        1_000_000,
                        0.5,
                        new StreamsBench.Result(
                                List.of(20_000.0),
                                List.of(10_000.0),
                                9_000,
                                List.of(new NodeMemory(700L << 20, 2L << 30)))),
                new FailoverReport(
                        "weir bench failover",
                        MACHINE,
                        "3 nodes, 4 partitions",
                        100,
                        2_010,
                        List.of(2_010.0),
                        1_000,
                        List.of(new AckTimeline(-1_000, 50, acknowledged))),
                new RestartReport(
                        "weir bench restart",
                        MACHINE,
                        4_108L << 20,
                        4_096,
                        512,
                        2.6,
                        3.7,
                        List.of(2.5, 2.6),
                        List.of(3.7)),
                new StoreReport(
                        "weir bench store",
                        MACHINE,
                        new StoreBench.Plan(1_024, 10_000, 64, 256L << 20),
                        183_595,
                        List.of(164_106.0, 200_792.0),
                        new StoreBench.Result(183_595, FAST, SLOW, FAST, SLOW),
                        488L << 20,
                        1_858L << 20,
                        120,
                        15));
    }

    /** As if each had been kept. */
    static List<Kept<?>> kept(List<? extends Report> reports) {
        List<Kept<?>> kept = new ArrayList<>();
        for (Report report : reports) {
            Stamp stamp = new Stamp(report.kind(), 1, "0.1.0", "2026-11-22T20:00:00Z");
            kept.add(new Kept<>(kept.size() + 1, report.kind() + ".json", stamp, report));
        }
        return kept;
    }
}
