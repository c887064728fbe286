package io.weir.peers;

import java.time.Duration;
import java.util.Properties;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** A transactional producer, which commits two records to two partitions at random. */
final class KafkaTransactor implements Transactor {
    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final int partitions;
    private final byte[] payload;
    private final Random random;

    KafkaTransactor(Properties settings, String topic, int partitions, byte[] payload, int number) {
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "client-" + number + "-" + UUID.randomUUID());
        this.producer = new KafkaProducer<>(settings);
        this.topic = topic;
        this.partitions = partitions;
        this.payload = payload;
        this.random = new Random(number);
        producer.initTransactions();
    }

    @Override
    public boolean commit() {
        int first = random.nextInt(partitions);
        int second = (first + 1 + random.nextInt(partitions - 1)) % partitions;
        producer.beginTransaction();
        send(first);
        send(second);
        producer.commitTransaction(); // fails if a record was not taken
        return true;
    }

    private void send(int partition) {
        Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(topic, partition, null, payload));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
