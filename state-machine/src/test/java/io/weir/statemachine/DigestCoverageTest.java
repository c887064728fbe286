package io.weir.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import io.weir.logstore.Digest;
import io.weir.protocol.Decided;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.TransactionStep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Two replicas that differ in anything of a step or an outcome have different digests. Told from the messages' own fields, so
 * that one that is added later and not hashed shows.
 */
class DigestCoverageTest {
    /** Wording, and flags that are never false. */
    private static final Set<FieldDescriptor> NOT_HASHED = Set.of(
            Refusal.getDescriptor().findFieldByNumber(Refusal.DETAIL_FIELD_NUMBER),
            Decided.getDescriptor().findFieldByNumber(Decided.NOT_STAGED_FIELD_NUMBER),
            Decided.getDescriptor().findFieldByNumber(Decided.NEVER_FIELD_NUMBER),
            Decided.getDescriptor().findFieldByNumber(Decided.FORGOTTEN_OR_NEVER_FIELD_NUMBER));

    private final CommandHash hash = new CommandHash();

    private Digest digest(TransactionStep step, Outcome outcome) {
        hash.begin(new Digest(1, 2), 3, 4, LogEntry.getDefaultInstance());
        hash.add(step, hash.fingerprint(step), outcome);
        return hash.end();
    }

    @Test
    void eachFieldOfAnOutcomeIsInTheDigest() {
        TransactionStep step = TransactionStep.getDefaultInstance();
        check(Outcome.getDescriptor(), Outcome::newBuilder, outcome -> digest(step, (Outcome) outcome));
    }

    @Test
    void eachFieldOfAStepIsInTheDigest() {
        Outcome outcome =
                Outcome.newBuilder().setRefusal(Refusal.getDefaultInstance()).build();
        check(
                TransactionStep.getDescriptor(),
                TransactionStep::newBuilder,
                step -> digest((TransactionStep) step, outcome));
    }

    private interface NewBuilder {
        Message.Builder get();
    }

    private static void check(Descriptor type, NewBuilder newBuilder, Function<Message, Digest> digest) {
        int changes = 0;
        for (Message full : full(newBuilder.get())) {
            Digest before = digest.apply(full);
            Set<Digest> seen = new HashSet<>(Set.of(before));
            for (Message changed : changed(full)) {
                assertThat(seen.add(digest.apply(changed)))
                        .as("%s\nchanged to\n%s", full, changed)
                        .isTrue();
                changes++;
            }
        }
        assertThat(changes).as(type.getName()).isGreaterThan(20);
    }

    /** A message with something in each field; one for each choice of each of its oneofs. */
    private static List<Message> full(Message.Builder empty) {
        List<Message> messages = new ArrayList<>(List.of(empty.build()));
        Set<OneofDescriptor> chosen = new HashSet<>();
        for (FieldDescriptor field : empty.getDescriptorForType().getFields()) {
            OneofDescriptor oneof = field.getRealContainingOneof();
            List<FieldDescriptor> choices = oneof == null ? List.of(field) : oneof.getFields();
            if (oneof != null && !chosen.add(oneof)) {
                continue;
            }
            List<Message> next = new ArrayList<>();
            for (Message message : messages) {
                for (FieldDescriptor choice : choices) {
                    for (Object value : values(message.newBuilderForType(), choice)) {
                        Message.Builder builder = message.toBuilder();
                        next.add((choice.isRepeated()
                                        ? builder.addRepeatedField(choice, value)
                                        : builder.setField(choice, value))
                                .build());
                    }
                }
            }
            messages = next;
        }
        return messages;
    }

    private static List<?> values(Message.Builder owner, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> List.of(5);
            case LONG -> List.of(6L);
            case BOOLEAN -> List.of(true);
            case BYTE_STRING -> List.of(ByteString.copyFromUtf8("b"));
            case STRING -> List.of("s");
            case ENUM -> List.of(field.getEnumType().getValues().get(1));
            case MESSAGE -> full(owner.newBuilderForField(field));
            case FLOAT, DOUBLE -> throw new AssertionError("nothing here is a fraction");
        };
    }

    /** The message with one thing changed anywhere in it. */
    private static List<Message> changed(Message message) {
        List<Message> changed = new ArrayList<>();
        message.getAllFields().forEach((field, value) -> {
            if (NOT_HASHED.contains(field)) {
                return;
            }
            if (field.isRepeated()) {
                List<?> elements = (List<?>) value;
                changed.add(message.toBuilder().clearField(field).build());
                changed.add(message.toBuilder()
                        .addRepeatedField(field, elements.get(0))
                        .build());
                for (Object other : others(field, elements.get(0))) {
                    changed.add(message.toBuilder()
                            .setRepeatedField(field, 0, other)
                            .build());
                }
            } else {
                if (field.toProto().getProto3Optional()) {
                    changed.add(message.toBuilder().clearField(field).build());
                }
                for (Object other : others(field, value)) {
                    changed.add(message.toBuilder().setField(field, other).build());
                }
            }
        });
        return changed;
    }

    private static List<?> others(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case INT -> List.of((Integer) value + 1, 0);
            case LONG -> List.of((Long) value + 1, 0L);
            case BOOLEAN -> List.of(!(Boolean) value);
            case BYTE_STRING -> List.of(((ByteString) value).concat(ByteString.copyFromUtf8("c")), ByteString.EMPTY);
            case STRING -> List.of(value + "t");
            case ENUM -> {
                List<EnumValueDescriptor> kinds =
                        new ArrayList<>(field.getEnumType().getValues());
                kinds.remove(value);
                yield kinds;
            }
            case MESSAGE -> changed((Message) value);
            case FLOAT, DOUBLE -> throw new AssertionError("nothing here is a fraction");
        };
    }
}
