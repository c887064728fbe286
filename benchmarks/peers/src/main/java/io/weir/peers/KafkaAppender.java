package io.weir.peers;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Sends records with the streams in turn as keys, which keeps each stream in one partition. */
final class KafkaAppender implements Appender {
    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final List<byte[]> keys;
    private final byte[] payload;
    private int next;

    KafkaAppender(Properties settings, String topic, List<String> streams, byte[] payload) {
        this.producer = new KafkaProducer<>(settings);
        this.topic = topic;
        this.keys = streams.stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
        this.payload = payload;
    }

    @Override
    public CompletableFuture<RecordMetadata> append() {
        byte[] key = keys.get(next);
        next = (next + 1) % keys.size();
        CompletableFuture<RecordMetadata> acknowledged = new CompletableFuture<>();
        Future<RecordMetadata> unused =
                producer.send(new ProducerRecord<>(topic, key, payload), (metadata, failure) -> {
                    if (failure == null) {
                        acknowledged.complete(metadata);
                    } else {
                        acknowledged.completeExceptionally(failure);
                    }
                });
        return acknowledged;
    }

    @Override
    public void close() {
        producer.close();
    }
}
