package org.optirag.dataset.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PythonLiteralTest {
  @Test
  void aRecordOfAmazonsOldMetadataIsRead() {
    Map<String, Object> record =
        PythonLiteral.dictionary(
            "{'asin': '01', 'title': \"Girl's Tutu\", 'price': 3.17, 'brand': None,"
                + " 'salesRank': {'Toys': 211836}, 'categories': [['Sports', 'Dance'], []]}");
    assertThat(record)
        .containsEntry("title", "Girl's Tutu")
        .containsEntry("price", "3.17")
        .containsEntry("brand", null)
        .containsEntry("categories", List.of(List.of("Sports", "Dance"), List.of()));
  }

  @Test
  void escapesAreUndone() {
    assertThat(PythonLiteral.dictionary("{'a': 'it\\'s \\\\ \\n \\xe9 \\u20ac', 'b': u'x'}"))
        .containsEntry("a", "it's \\ \n \u00e9 \u20ac")
        .containsEntry("b", "x");
  }

  @Test
  void whatWasWrittenIsRead() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Map<String, Object> record = new LinkedHashMap<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        record.put(randomText(random) + i, randomValue(random, 3));
      }
      assertThat(PythonLiteral.dictionary(repr(record))).as("seed %d", seed).isEqualTo(record);
    }
  }

  @Test
  void everyCutOffRecordIsRefused() {
    String record = "{'a': [1, 'x\\'y'], 'b': {'c': None}}";
    for (int end = 0; end < record.length(); end++) {
      String cut = record.substring(0, end);
      assertThatThrownBy(() -> PythonLiteral.dictionary(cut))
          .as(cut)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void deepNestingIsRefusedAndDoesNotOverflow() {
    assertThatThrownBy(() -> PythonLiteral.dictionary("{'a': " + "[".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nested");
  }

  private static Object randomValue(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 2 : 4)) {
      case 0 -> randomText(random);
      case 1 -> Integer.toString(random.nextInt(1000));
      case 2 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          list.add(randomValue(random, depth - 1));
        }
        yield list;
      }
      default -> {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          map.put("k" + i, randomValue(random, depth - 1));
        }
        yield map;
      }
    };
  }

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder("t");
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append("'\"\\,:{}[] \u00e9n".charAt(random.nextInt(12)));
    }
    return text.toString();
  }

  private static String repr(Object value) {
    if (value instanceof Map<?, ?> map) {
      List<String> entries = new ArrayList<>();
      map.forEach((name, inner) -> entries.add(repr(name) + ": " + repr(inner)));
      return "{" + String.join(", ", entries) + "}";
    }
    if (value instanceof List<?> list) {
      return "[" + String.join(", ", list.stream().map(PythonLiteralTest::repr).toList()) + "]";
    }
    String text = value.toString();
    if (text.matches("\\d+")) {
      return text;
    }
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
