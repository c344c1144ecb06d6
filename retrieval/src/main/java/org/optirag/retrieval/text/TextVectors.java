package org.optirag.retrieval.text;

/**
 * Turns texts into vectors whose cosine says how alike they are. Safe for use from many threads.
 */
public interface TextVectors {
  /** Its name, with which the names of features begin: small letters and digits. */
  String name();

  /** The vector of a text; kept, as far as memory allows, for the next time. */
  TextVector of(String text);
}
