package io.weir.peers;

import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Settings of Kafka's producers, tuned as its documentation advises, for throughput or for latency. */
final class KafkaProducers {
    private static final int BATCH_BYTES = 256 << 10;
    private static final long BUFFER_BYTES = 128L << 20;

    private KafkaProducers() {}

    static Properties settings(String bootstrap, Workload workload) {
        Properties settings = new Properties();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        // Waiting fills batches, which is what throughput comes from; nobody is to wait for who measures latency.
        settings.put(ProducerConfig.LINGER_MS_CONFIG, workload == Workload.append ? 5 : 0);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.toIntExact(Setup.PATIENCE.toMillis()));
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Setup.PATIENCE.toMillis());
        return settings;
    }
}
