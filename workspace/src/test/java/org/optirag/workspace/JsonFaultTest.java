package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

class JsonFaultTest {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private record Line(
      @Nullable Boolean liked,
      @Nullable Long time,
      @Nullable Double rating,
      @Nullable List<String> tags,
      @Nullable Map<String, String> fields) {}

  private static JacksonException fault(String text) {
    return catchThrowableOfType(JacksonException.class, () -> JSON.readValue(text, Line.class));
  }

  private static JacksonException ofBytes(String text) {
    return catchThrowableOfType(
        JacksonException.class, () -> JSON.readTree(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\": \"neu\", \"title\": \"A\"",
        "{\"id\": \"neu\", \"title\": \"A",
        "{\"id\": ",
        "[1, 2",
        "{\"id\": 1, \"id\": 2}",
        "{\"id\": nul}",
        "{id: 1}",
        "",
        "\"1\" \"2\"",
        "{\"rating\": \"high\"}",
        "{\"time\": 1.5.2}",
        "[]",
      })
  void nothingOfTheParserIsTold(String text) {
    for (JacksonException e :
        Stream.of(fault(text), ofBytes(text)).filter(Objects::nonNull).toList()) {
      for (String told : List.of(JsonFault.told(e), JsonFault.toldOfLine(e), JsonFault.said(e))) {
        assertThat(told)
            .isNotBlank()
            .doesNotContain(
                "Source", "StreamReadFeature", "java.", "jackson", "UNKNOWN", "REDACTED")
            .doesNotContain("Feature", "`", "\n");
      }
    }
  }

  @Test
  void deepNestingNamesNoSwitch() {
    JacksonException deep = ofBytes("[".repeat(100_000));
    assertThat(JsonFault.told(deep)).contains("nesting depth").doesNotContain("StreamRead", "`");
  }

  @Test
  void aCutLineIsToldWithItsColumn() {
    JacksonException cut = fault("{\"liked\": true");
    assertThat(JsonFault.toldOfLine(cut))
        .isEqualTo("Unexpected end-of-input: expected close marker for Object at column 15");
    assertThat(JsonFault.told(ofBytes("{\n\"a\": 1,\n")))
        .startsWith("Unexpected end-of-input")
        .contains(" at line 3, column 1");
  }

  @Test
  void aWrongKindOfValueIsToldInWords() {
    assertThat(JsonFault.told(fault("{\"liked\": \"so\"}")))
        .isEqualTo("liked is not true or false");
    assertThat(JsonFault.told(fault("{\"time\": \"noon\"}")))
        .isEqualTo("time is not a whole number");
    assertThat(JsonFault.told(fault("{\"rating\": \"high\"}"))).isEqualTo("rating is not a number");
    assertThat(JsonFault.told(fault("{\"tags\": 3}"))).isEqualTo("tags is not a list");
    assertThat(JsonFault.told(fault("{\"fields\": 3}"))).isEqualTo("fields is not an object");
    assertThat(JsonFault.told(fault("[]"))).isEqualTo("it is not an object");
  }

  private record Needed(int steps, String name) {}

  private record Outer(Needed inner) {}

  @Test
  void aMissingFieldAndANullAreNamedWithTheirPath() {
    JsonMapper strict =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();
    assertThat(said(strict, "{\"inner\": {\"name\": \"a\"}}")).isEqualTo("inner.steps is missing");
    assertThat(said(strict, "{\"inner\": {\"name\": \"a\", \"steps\": null}}"))
        .isEqualTo("inner.steps is null");
    assertThat(said(strict, "{\"inner\": {\"name\": \"a\", \"steps\": \"b\"}}"))
        .isEqualTo("inner.steps is not a whole number");
  }

  private static String said(JsonMapper mapper, String text) {
    return JsonFault.said(
        catchThrowableOfType(JacksonException.class, () -> mapper.readValue(text, Outer.class)));
  }

  @Test
  void moreThanOneValueIsToldSo() {
    assertThat(JsonFault.told(fault("{} {}"))).isEqualTo("there is more after its value");
  }
}
