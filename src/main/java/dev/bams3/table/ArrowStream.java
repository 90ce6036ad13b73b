package dev.bams3.table;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Binary;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.DictionaryKind;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/**
 * The messages of an Arrow stream (Arrow columnar format 1.5, "IPC Streaming Format"): schema, dictionaries, record batches,
 * {@link #end}. A message is a head, made here by the classes that Arrow generates for it, and a body, which are the buffers of
 * the columns one after the other, each at a multiple of 8 bytes.
 */
public final class ArrowStream {
    /** The media type of such a stream. */
    public static final String MEDIA_TYPE = "application/vnd.apache.arrow.stream";

    /** Bytes of the mark and the length before the metadata of a message. */
    private static final int PREFIX = 8;

    private static final int CONTINUATION = -1;
    private static final int ALIGNMENT = 8;

    private final List<TableColumn> columns;
    private final Map<String, String> metadata;
    private final int nodes;
    private final int buffers;
    private final int batchHeadLength;

    /** @param metadata of the schema, for readers to show */
    public ArrowStream(List<TableColumn> columns, Map<String, String> metadata) {
        this.columns = List.copyOf(columns);
        this.metadata = Map.copyOf(metadata);
        int nodesSoFar = 0;
        int buffersSoFar = 0;
        for (TableColumn column : columns) {
            nodesSoFar += isList(column.type()) ? 2 : 1;
            buffersSoFar += isList(column.type()) ? 4 : isText(column.type()) ? 3 : 2;
        }
        nodes = nodesSoFar;
        buffers = buffersSoFar;
        batchHeadLength = batchHead(
                        new Layout(0, new long[nodes], new long[nodes], new long[buffers], new long[buffers], 0))
                .length;
    }

    /**
     * How the columns of a batch lie in its body. A column has one node, and a list another one for its elements; a node has
     * a buffer with a bit for each row that has a value, and then its own: values, or offsets and values. A list's node has
     * only the offsets.
     *
     * @param lengths values of each node
     * @param nulls rows without a value of each node
     * @param offsets in the body of each buffer, a multiple of 8
     * @param sizes bytes of each buffer; 0 for the bits of a node without nulls
     * @param bodyLength a multiple of 8
     */
    public record Layout(long rows, long[] lengths, long[] nulls, long[] offsets, long[] sizes, long bodyLength) {}

    /** Returns how many nodes the columns have. */
    public int nodes() {
        return nodes;
    }

    /** Returns how many buffers the columns have. */
    public int buffers() {
        return buffers;
    }

    /** Returns the message with the schema, the first of a stream. */
    public byte[] schema() {
        FlatBufferBuilder out = new FlatBufferBuilder(1024);
        int[] fields = columns.stream().mapToInt(column -> field(out, column)).toArray();
        int fieldsAt = Schema.createFieldsVector(out, fields);
        int[] pairs = metadata.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .mapToInt(entry -> KeyValue.createKeyValue(
                        out, out.createString(entry.getKey()), out.createString(entry.getValue())))
                .toArray();
        int pairsAt = Schema.createCustomMetadataVector(out, pairs);
        int schema = Schema.createSchema(out, Endianness.Little, fieldsAt, pairsAt, 0);
        return message(out, MessageHeader.Schema, schema, 0);
    }

    private static int field(FlatBufferBuilder out, TableColumn column) {
        ColumnType type = column.type();
        int dictionary = type == ColumnType.WORD
                ? DictionaryEncoding.createDictionaryEncoding(
                        out, column.dictionary(), Int.createInt(out, 32, true), false, DictionaryKind.DenseArray)
                : 0;
        int[] children = isList(type)
                ? new int[] {
                    field(
                            out,
                            "item",
                            type == ColumnType.UINT8_LIST ? ColumnType.UINT8 : ColumnType.UINT16,
                            0,
                            new int[0])
                }
                : new int[0];
        return field(out, column.name(), type, dictionary, children);
    }

    private static int field(FlatBufferBuilder out, String name, ColumnType type, int dictionary, int[] children) {
        int nameAt = out.createString(name);
        int childrenAt = Field.createChildrenVector(out, children);
        int typeAt = typeTable(out, type);
        Field.startField(out);
        Field.addName(out, nameAt);
        Field.addNullable(out, true);
        Field.addTypeType(out, typeCode(type));
        Field.addType(out, typeAt);
        if (dictionary != 0) {
            Field.addDictionary(out, dictionary);
        }
        Field.addChildren(out, childrenAt);
        return Field.endField(out);
    }

    private static byte typeCode(ColumnType type) {
        return switch (type) {
            case UINT8, UINT16, INT32, INT64 -> Type.Int;
            case FLOAT64 -> Type.FloatingPoint;
            case TEXT, WORD -> Type.Utf8;
            case BYTES -> Type.Binary;
            case UINT8_LIST, UINT16_LIST -> Type.List;
        };
    }

    private static int typeTable(FlatBufferBuilder out, ColumnType type) {
        return switch (type) {
            case UINT8, UINT16 -> Int.createInt(out, 8 * type.width(), false);
            case INT32, INT64 -> Int.createInt(out, 8 * type.width(), true);
            case FLOAT64 -> FloatingPoint.createFloatingPoint(out, Precision.DOUBLE);
            case TEXT, WORD -> {
                Utf8.startUtf8(out);
                yield Utf8.endUtf8(out);
            }
            case BYTES -> {
                Binary.startBinary(out);
                yield Binary.endBinary(out);
            }
            case UINT8_LIST, UINT16_LIST -> {
                org.apache.arrow.flatbuf.List.startList(out);
                yield org.apache.arrow.flatbuf.List.endList(out);
            }
        };
    }

    private static boolean isList(ColumnType type) {
        return type == ColumnType.UINT8_LIST || type == ColumnType.UINT16_LIST;
    }

    private static boolean isText(ColumnType type) {
        return type == ColumnType.TEXT || type == ColumnType.BYTES;
    }

    /** Returns the message with the texts of a dictionary, in place of those that it may have had before. */
    public static byte[] dictionary(int number, List<String> words) {
        byte[][] texts = words.stream()
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        int offsetsLength = 4 * (texts.length + 1);
        int textLength = 0;
        for (byte[] text : texts) {
            textLength = Math.addExact(textLength, text.length);
        }
        int textAt = aligned(offsetsLength);
        int bodyLength = Math.addExact(textAt, aligned(textLength));
        Layout layout = new Layout(
                texts.length,
                new long[] {texts.length},
                new long[1],
                new long[] {0, 0, textAt},
                new long[] {0, offsetsLength, textLength},
                bodyLength);
        FlatBufferBuilder out = new FlatBufferBuilder(1024);
        int batch = DictionaryBatch.createDictionaryBatch(out, number, batch(out, layout), false);
        byte[] head = message(out, MessageHeader.DictionaryBatch, batch, bodyLength);
        ByteBuffer message =
                ByteBuffer.allocate(Math.addExact(head.length, bodyLength)).order(ByteOrder.LITTLE_ENDIAN);
        message.put(head);
        int end = 0;
        message.putInt(0);
        for (byte[] text : texts) {
            end += text.length;
            message.putInt(end);
        }
        message.position(head.length + textAt);
        for (byte[] text : texts) {
            message.put(text);
        }
        return message.array();
    }

    /** Returns the bytes of the head of any batch. */
    public int batchHeadLength() {
        return batchHeadLength;
    }

    /** Returns the head of the message with a batch, behind which its body has to follow. */
    public byte[] batchHead(Layout layout) {
        FlatBufferBuilder out = new FlatBufferBuilder(256 + 16 * (nodes + buffers));
        // So that every batch has a head of one length, which can be written when its body is known.
        out.forceDefaults(true);
        return message(out, MessageHeader.RecordBatch, batch(out, layout), layout.bodyLength());
    }

    private static int batch(FlatBufferBuilder out, Layout layout) {
        RecordBatch.startBuffersVector(out, layout.sizes().length);
        for (int i = layout.sizes().length - 1; i >= 0; i--) {
            Buffer.createBuffer(out, layout.offsets()[i], layout.sizes()[i]);
        }
        int buffersAt = out.endVector();
        RecordBatch.startNodesVector(out, layout.nulls().length);
        for (int i = layout.nulls().length - 1; i >= 0; i--) {
            FieldNode.createFieldNode(out, layout.lengths()[i], layout.nulls()[i]);
        }
        int nodesAt = out.endVector();
        RecordBatch.startRecordBatch(out);
        RecordBatch.addLength(out, layout.rows());
        RecordBatch.addNodes(out, nodesAt);
        RecordBatch.addBuffers(out, buffersAt);
        return RecordBatch.endRecordBatch(out);
    }

    private static byte[] message(FlatBufferBuilder out, byte type, int header, long bodyLength) {
        Message.startMessage(out);
        Message.addVersion(out, MetadataVersion.V5);
        Message.addHeaderType(out, type);
        Message.addHeader(out, header);
        Message.addBodyLength(out, bodyLength);
        out.finish(Message.endMessage(out));
        ByteBuffer bytes = out.dataBuffer();
        int length = aligned(bytes.remaining());
        return ByteBuffer.allocate(PREFIX + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(CONTINUATION)
                .putInt(length)
                .put(bytes)
                .array();
    }

    /** Returns the end of a stream. A reader takes the end of its input for it, so one of HTTP has to be aborted. */
    public static byte[] end() {
        return ByteBuffer.allocate(PREFIX)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(CONTINUATION)
                .array();
    }

    /** Returns the next multiple of the length that buffers begin at. */
    public static int aligned(int length) {
        return Math.addExact(length, ALIGNMENT - 1) & -ALIGNMENT;
    }
}
