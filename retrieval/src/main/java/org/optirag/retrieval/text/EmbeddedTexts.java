package org.optirag.retrieval.text;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.optirag.dataset.Items;
import org.optirag.retrieval.BoundedCache;
import org.optirag.retrieval.Embeddings;

/**
 * Vectors of texts from a model: those of the imported items were made before, others are made when
 * they are asked for. Takes the memory of the imported items' vectors and {@value #CACHED_BYTES}
 * bytes.
 */
public final class EmbeddedTexts implements TextVectors {
  private static final long CACHED_BYTES = 64L << 20;

  private final String name;
  private final Map<String, TextVector> known;
  private final Function<String, TextVector> others;
  private final BoundedCache<String, TextVector> made =
      new BoundedCache<>(CACHED_BYTES, (text, vector) -> 2L * text.length() + vector.bytes());

  /**
   * @param known the imported items' vectors by their texts; not copied
   * @param others makes the vector of any other text
   */
  EmbeddedTexts(String name, Map<String, TextVector> known, Function<String, TextVector> others) {
    this.name = name;
    this.known = known;
    this.others = others;
  }

  /**
   * Vectors that items have already, for instance from an LLM ({@link
   * org.optirag.retrieval.ItemEmbeddingStore}). A text that no imported item has is like none.
   *
   * @param name begins the names of features
   * @param embeddings [items, dimension]
   */
  public static EmbeddedTexts of(String name, Items items, Embeddings embeddings) {
    Embeddings unit = embeddings.normalized();
    Map<String, TextVector> known = HashMap.newHashMap(items.size());
    for (int item = 0; item < items.size(); item++) {
      known.putIfAbsent(WholeText.of(items, item), new TextVector.Dense(unit.row(item)));
    }
    TextVector none = new TextVector.Dense(new float[embeddings.dimension()]);
    return new EmbeddedTexts(name, known, text -> none);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TextVector of(String text) {
    TextVector vector = known.get(text);
    return vector != null ? vector : made.get(text, others);
  }
}
