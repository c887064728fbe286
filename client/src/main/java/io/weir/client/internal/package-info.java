/**
 * How the client keeps the promises of {@link io.weir.client.EventStore} over nodes that come and go. An append travels
 * {@code RoutedEventStore -> Encoder -> Lane -> NodeChannel} and back as {@code Lane -> Decoder -> caller}.
 */
@NullMarked
package io.weir.client.internal;

import org.jspecify.annotations.NullMarked;
