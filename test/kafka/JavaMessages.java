/*
 * Reads messages of Kafka's protocol with Kafka's own classes and writes them again: a line in, a line out, "<name> <version> <hex>". See java-messages.test.ts.
 */
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.protocol.*;

public class JavaMessages {
  public static void main(String[] arguments) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] parts = line.split(" ");
      short version = Short.parseShort(parts[1]);
      var bytes = ByteBuffer.wrap(HexFormat.of().parseHex(parts[2]));
      String type = "org.apache.kafka.common.message." + parts[0] + (parts[0].matches(".*(Request|Response)") ? "Data" : "");
      var message = (Message) Class.forName(type).getConstructor().newInstance();
      if (version < message.lowestSupportedVersion() || version > message.highestSupportedVersion()) continue;
      message.read(new ByteBufferAccessor(bytes), version);
      if (bytes.hasRemaining()) throw new Exception(parts[0] + " " + version + ": " + bytes.remaining() + " bytes are left over");
      var cache = new ObjectSerializationCache();
      var written = new ByteBufferAccessor(ByteBuffer.allocate(message.size(cache, version)));
      message.write(written, cache, version);
      System.out.println(parts[0] + " " + version + " " + HexFormat.of().formatHex(written.buffer().array()));
    }
  }
}
