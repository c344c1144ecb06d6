package org.optirag.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON as the service reads and writes it. */
final class Json {
  /** For a whole body: whoever sends a byte a second holds a connection for nothing. */
  private static final Duration READING = Duration.ofSeconds(10);

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(16)
                          .maxNumberLength(40)
                          .maxNameLength(200)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** The mapper that answers are written with. */
  static JsonMapper mapper() {
    return MAPPER;
  }

  /**
   * Reads a body.
   *
   * @param most bytes
   * @throws ProblemException if it is longer, or comes a little at a time
   */
  static byte[] bytes(InputStream body, long announced, int most) throws IOException {
    if (announced > most) {
      throw tooLong(most);
    }
    long end = System.nanoTime() + READING.toNanos();
    byte[] bytes = new byte[(int) Math.clamp(announced + 1, 1024, most + 1L)];
    int size = 0;
    for (int read = 0; read >= 0; size += Math.max(0, read)) {
      if (size > most) {
        throw tooLong(most);
      }
      if (System.nanoTime() - end > 0) {
        throw new ProblemException(408, "Too slow", "The body came too slowly.", null);
      }
      if (size == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(2L * size, most + 1L));
      }
      read = body.read(bytes, size, bytes.length - size);
    }
    return Arrays.copyOf(bytes, size);
  }

  private static ProblemException tooLong(int most) {
    return new ProblemException(
        413, "Body too large", "A body has at most " + most + " bytes.", null);
  }

  /**
   * Parses a text.
   *
   * @param where the text stands, for errors: "" or, for instance, "line 3"
   * @throws ProblemException if it is not JSON in UTF-8
   */
  static JsonNode parse(byte[] bytes, String where) {
    String before = where.isEmpty() ? "" : where + ": ";
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      JsonNode node = MAPPER.readTree(text);
      if (node == null || node.isMissingNode()) {
        throw new ProblemException(
            400, "Not JSON", before + "There is nothing where JSON should be.", null);
      }
      return node;
    } catch (CharacterCodingException e) {
      throw new ProblemException(400, "Not JSON", before + "The text is not UTF-8.", null);
    } catch (JacksonException e) {
      String place =
          e.getLocation() == null
              ? ""
              : " (line %d, column %d)"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw new ProblemException(
          400, "Not JSON", before + "The text is not JSON" + place + ".", null);
    }
  }
}
