package org.optirag.retrieval.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.UserException;

/** A small model that turns a sentence into a vector, run in this process by ONNX Runtime. */
public sealed interface SentenceModel {
  /** Comes with the program; English, 384 dimensions. */
  SentenceModel MINI_LM = new MiniLm();

  /** Its name, with which the names of features begin. */
  String name();

  /**
   * Identifies the weights, the tokenizer and what is done with them: another one makes other
   * vectors. Reads the files.
   *
   * @throws UserException if they cannot be read
   */
  String fingerprint();

  /** How the vectors of a sentence's tokens become one. */
  enum Pooling {
    /** Their mean. */
    MEAN,
    /** The first one. */
    CLS
  }

  /**
   * "minilm": all-MiniLM-L6-v2 (Apache-2.0; Wang et al., arXiv 2002.10957; Reimers and Gurevych,
   * arXiv 1908.10084) with its weights in 8 bits.
   */
  record MiniLm() implements SentenceModel {
    @Override
    public String name() {
      return "minilm";
    }

    @Override
    public String fingerprint() {
      try (InputStream model = model();
          InputStream tokenizer = tokenizer()) {
        return digest(
            Checksums.sha256(model.readAllBytes()),
            Checksums.sha256(tokenizer.readAllBytes()),
            Pooling.MEAN);
      } catch (IOException e) {
        throw new IllegalStateException("the embedder's jar cannot be read", e);
      }
    }

    static InputStream model() {
      return resource("/all-minilm-l6-v2-q.onnx");
    }

    static InputStream tokenizer() {
      return resource("/all-minilm-l6-v2-q-tokenizer.json");
    }

    private static InputStream resource(String name) {
      InputStream found = SentenceModel.class.getResourceAsStream(name);
      if (found == null) {
        throw new IllegalStateException("the embedder's jar is not on the class path: " + name);
      }
      return found;
    }
  }

  /**
   * A model of your own, for instance for another language.
   *
   * @param name begins the features' names: small letters and digits
   * @param model an ONNX file that takes input_ids and attention_mask (and token_type_ids, if it
   *     wants) and gives first a vector for each token
   * @param tokenizer its tokenizer.json
   * @param pooling as the model was trained
   */
  record OnnxFile(String name, Path model, Path tokenizer, Pooling pooling)
      implements SentenceModel {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*");

    /** Checks the name. */
    public OnnxFile {
      if (!NAME.matcher(name).matches()) {
        throw new UserException(
            "A sentence embedder cannot be called \"" + name + "\".",
            "Use small letters and digits, for instance \"e5\": features are named after it.");
      }
    }

    @Override
    public String fingerprint() {
      return digest(sha256(model), sha256(tokenizer), pooling);
    }

    private String sha256(Path file) {
      try {
        return Checksums.sha256(file);
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }

    /** What to say if a file is missing or not what it should be. */
    UserException unreadable(Path file, Exception cause) {
      return new UserException(
          Files.exists(file)
              ? "Cannot use %s for the sentence embedder \"%s\": %s."
                  .formatted(file, name, cause.getMessage())
              : "There is no file %s for the sentence embedder \"%s\".".formatted(file, name),
          "Give an encoder exported to ONNX, which has a vector for each token as its first"
              + " output, and its tokenizer.json.",
          cause);
    }
  }

  private static String digest(String model, String tokenizer, Pooling pooling) {
    return model + " " + tokenizer + " " + pooling.name().toLowerCase(Locale.ROOT);
  }
}
