package org.optirag.retrieval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against scikit-learn (src/test/reference/tfidf.py). */
class TfIdfTest {
  @Test
  void wordsEqualTheReference() throws IOException {
    equalsTheReference("tfidf", Terms.WORDS, 1);
  }

  @Test
  void charactersEqualTheReference() throws IOException {
    equalsTheReference("chars", Terms.CHARACTERS, 2);
  }

  /** The cosines of all pairs determine the vectors, but for the order of their terms. */
  private static void equalsTheReference(String name, Terms terms, int fewest) throws IOException {
    JsonNode golden = golden();
    List<String> items = golden.get("texts").valueStream().map(JsonNode::asString).toList();
    List<String> texts = new ArrayList<>(items);
    golden.get("further").forEach(text -> texts.add(text.asString()));
    TfIdf vectors = TfIdf.of(name, terms, fewest, items);
    for (int a = 0; a < texts.size(); a++) {
      JsonNode expected = golden.get(name).get(a);
      TextVector.Sparse vector = (TextVector.Sparse) vectors.of(texts.get(a));
      assertThat(vector.ids()).as(texts.get(a)).hasSize(expected.size());
      assertThat(vector.ids()).isSorted();
      for (int b = 0; b < texts.size(); b++) {
        assertThat(vector.cosine(vectors.of(texts.get(b))))
            .as("%s: \"%s\" and \"%s\"", name, texts.get(a), texts.get(b))
            .isCloseTo(cosine(expected, golden.get(name).get(b)), within(1e-6));
      }
    }
  }

  private static double cosine(JsonNode a, JsonNode b) {
    double sum = 0;
    for (Map.Entry<String, JsonNode> term : a.properties()) {
      sum += term.getValue().asDouble() * b.path(term.getKey()).asDouble(0);
    }
    return sum;
  }

  @Test
  void sameTextsMakeSameVectorsInWhateverOrderTheyAreAskedFor() {
    List<String> texts = IntStream.range(0, 50).mapToObj(i -> "word" + i % 7 + " w" + i).toList();
    TfIdf one = TfIdf.of("tfidf", Terms.WORDS, 1, texts);
    TfIdf other = TfIdf.of("tfidf", Terms.WORDS, 1, texts);
    for (int i = texts.size() - 1; i >= 0; i--) {
      other.of(texts.get(i));
    }
    for (String text : texts) {
      TextVector.Sparse a = (TextVector.Sparse) one.of(text);
      TextVector.Sparse b = (TextVector.Sparse) other.of(text);
      assertThat(a.ids()).isEqualTo(b.ids());
      assertThat(a.weights()).isEqualTo(b.weights());
    }
  }

  @Test
  void ofALongTextOnlyTheBeginningIsRead() {
    TfIdf vectors = TfIdf.of("tfidf", Terms.WORDS, 1, List.of("begin middle end"));
    String text = "begin " + "middle ".repeat(1_000);
    assertThat(vectors.of(text + "end").cosine(vectors.of("end"))).isZero();
  }

  private static JsonNode golden() throws IOException {
    try (InputStream json = TfIdfTest.class.getResourceAsStream("/golden/tfidf.json")) {
      return JsonMapper.shared().readTree(Objects.requireNonNull(json));
    }
  }
}
