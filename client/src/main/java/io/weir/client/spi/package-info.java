/** What the runtime of a node plugs into the client; not for users. */
@NullMarked
package io.weir.client.spi;

import org.jspecify.annotations.NullMarked;
