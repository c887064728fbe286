package io.weir.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.protocol.exceptions.RaftException;
import org.junit.jupiter.api.Test;

/** What a server may deserialise; on streams of their own, as the filter of a JVM can be set only once. */
class SerialFilterTest {
    /** On the class path, and none of Ratis' business. */
    private static final class Stranger implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void exceptionsOfRatisAndOfJavaPass() throws Exception {
        RaftException sent = new RaftException("why", new IllegalStateException("because"));
        sent.addSuppressed(new IOException("also"));
        RaftException received = (RaftException) roundTrip(sent);
        assertThat(received)
                .hasMessage("why")
                .hasRootCauseMessage("because")
                .hasSuppressedException(new IOException("also"));
        assertThat(received.getStackTrace()).isEqualTo(sent.getStackTrace());
    }

    @Test
    void nothingElsePassesHoweverItIsWrapped() {
        List<Object> wrapped = new ArrayList<>(List.of("harmless", new Stranger()));
        for (Object object : List.of(new Stranger(), wrapped, new Stranger[] {new Stranger()})) {
            assertThatThrownBy(() -> roundTrip(object))
                    .isInstanceOf(InvalidClassException.class)
                    .hasMessageContaining("REJECTED");
        }
    }

    private static Object roundTrip(Object object) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            in.setObjectInputFilter(ObjectInputFilter.Config.createFilter(SerialFilter.PATTERN));
            return in.readObject();
        }
    }
}
