package org.optirag.retrieval.sequence;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.optirag.backbone.SequenceReader;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A trained model of sequences with what must be known to use it, in one safetensors file.
 *
 * @param reader the model
 * @param items ids of the items that have a vector of their own, by row
 * @param from the first moment that it has not learned from
 * @param judged whether it has learned what is liked, beside what comes next
 * @param encoder the name of the sentence model whose vectors of texts it reads
 * @param fingerprint of that model's files
 */
public record SequenceFile(
    SequenceReader reader,
    List<String> items,
    long from,
    boolean judged,
    String encoder,
    String fingerprint) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Copies the list. */
  public SequenceFile {
    items = List.copyOf(items);
  }

  /**
   * Writes it.
   *
   * @throws UserException if the disk is full
   */
  public void write(Path file) {
    reader.write(
        file,
        Map.of(
            "items", JSON.writeValueAsString(items),
            "from", Long.toString(from),
            "judged", Boolean.toString(judged),
            "encoder", encoder,
            "fingerprint", fingerprint));
  }

  /**
   * Reads it.
   *
   * @throws UserException if it is no such file, or is broken
   */
  public static SequenceFile read(Path file) {
    SequenceReader.Opened opened = SequenceReader.open(file);
    try {
      Map<String, String> notes = opened.notes();
      String[] items = JSON.readValue(notes.getOrDefault("items", ""), String[].class);
      if (items.length != opened.reader().shape().items()) {
        throw new IllegalArgumentException(
            "%d ids for %d items".formatted(items.length, opened.reader().shape().items()));
      }
      return new SequenceFile(
          opened.reader(),
          List.of(items),
          Long.parseLong(notes.getOrDefault("from", "")),
          Boolean.parseBoolean(notes.get("judged")),
          notes.getOrDefault("encoder", ""),
          notes.getOrDefault("fingerprint", ""));
    } catch (JacksonException | IllegalArgumentException e) {
      opened.reader().close();
      String why =
          e instanceof JacksonException json
              ? "its items are no list of ids: " + JsonFault.said(json)
              : e.getMessage();
      throw new UserException(
          "%s does not say what its model of sequences needs: %s.".formatted(file, why),
          "Train it again, or take it again from where it came from.",
          e);
    }
  }

  /**
   * Checks that texts are read by the model that it learned with.
   *
   * @param found the fingerprint of the sentence model that is here
   * @throws UserException if it is another
   */
  public void requireEncoder(String found) {
    if (!fingerprint.equals(found)) {
      throw new UserException(
          "The model of sequences reads vectors of the sentence model %s (%s), here is %s."
              .formatted(encoder, fingerprint, found),
          "Add the files that it was trained with: 'optirag model embedder'. Or train again.");
    }
  }
}
