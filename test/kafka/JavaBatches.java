/*
 * Writes record batches as Kafka's own client makes them, a line a batch, for test/kafka/golden/java-batches.txt:
 * java -cp '<folder of the jars>/*' test/kafka/JavaBatches.java > test/kafka/golden/java-batches.txt
 */
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.*;
import org.apache.kafka.common.record.internal.*;

public class JavaBatches {
  static byte[] bytes(String text) {
    return text.getBytes();
  }

  static void print(String name, ByteBuffer batch) {
    byte[] copy = new byte[batch.remaining()];
    batch.duplicate().get(copy);
    System.out.println(name + " " + HexFormat.of().formatHex(copy));
  }

  static ByteBuffer data(CompressionType type) {
    ByteBuffer room = ByteBuffer.allocate(1 << 16);
    var builder = new MemoryRecordsBuilder(room, RecordBatch.MAGIC_VALUE_V2, Compression.of(type).build(), TimestampType.CREATE_TIME,
        100L, 0L, 4242L, (short) 7, 55, true, false, 3, room.capacity());
    char[] value = new char[300];
    Arrays.fill(value, 'z');
    Header[] none = {};
    builder.append(1700000000123L, bytes("k1"), bytes("value one"), new Header[] {new RecordHeader("h", bytes("x")), new RecordHeader("empty", null)});
    builder.append(1700000000100L, null, bytes("{\"id\":2}"), none);
    builder.append(1700000001000L, bytes(""), null, none);
    builder.append(1700000900000L, bytes("long"), bytes(new String(value)), none);
    return builder.build().buffer();
  }

  static ByteBuffer marker(long offset, ControlRecordType type) {
    return MemoryRecords.withEndTransactionMarker(offset, 1700000000500L, 3, 4242L, (short) 7, new EndTransactionMarker(type, 9)).buffer();
  }

  public static void main(String[] arguments) {
    for (CompressionType type : CompressionType.values()) print(type.name, data(type));
    print("abort", marker(200, ControlRecordType.ABORT));
    print("commit", marker(201, ControlRecordType.COMMIT));
    ByteBuffer room = ByteBuffer.allocate(1 << 10);
    var appended = new MemoryRecordsBuilder(room, RecordBatch.MAGIC_VALUE_V2, Compression.NONE, TimestampType.LOG_APPEND_TIME, 5L,
        1700000005555L, -1L, (short) -1, -1, false, false, -1, room.capacity());
    appended.append(1L, bytes("a"), bytes("b"), new Header[] {});
    print("appendTime", appended.build().buffer());
    for (byte magic = 0; magic < 2; magic++)
      print("format" + magic, MemoryRecords.withRecords(magic, Compression.NONE, new SimpleRecord(1L, bytes("a"), bytes("b"))).buffer());
  }
}
