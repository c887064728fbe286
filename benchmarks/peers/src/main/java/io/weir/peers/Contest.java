package io.weir.peers;

/**
 * One measurement that peers take part in.
 *
 * @param workload what is asked of them
 * @param clients how many ask; 1 unless the workload is {@link Workload#tx}
 */
record Contest(Workload workload, int clients) {
    String name() {
        return workload == Workload.tx ? "tx-" + clients : workload.name();
    }
}
