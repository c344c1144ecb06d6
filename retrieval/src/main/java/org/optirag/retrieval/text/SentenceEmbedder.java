package org.optirag.retrieval.text;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.optirag.workspace.UserException;

/**
 * A loaded sentence model. It is loaded when it is first asked for, and stays: texts that are new
 * can come at any time. Safe for use from many threads; a text takes one thread, so that those who
 * serve requests beside it keep theirs.
 */
final class SentenceEmbedder {
  /**
   * Longer texts are cut: what is told first is what an item is, and time grows with the square.
   */
  private static final int MOST_CHARACTERS = 1_000;

  private static final Map<SentenceModel, SentenceEmbedder> LOADED = new ConcurrentHashMap<>();

  private static final int QUOTED = 60;

  private final String name;
  private final Model model;

  private SentenceEmbedder(String name, Model model) {
    this.name = name;
    this.model = model;
  }

  /**
   * The loaded model.
   *
   * @throws UserException if its files are missing or not what they should be
   */
  static SentenceEmbedder of(SentenceModel model) {
    return LOADED.computeIfAbsent(model, SentenceEmbedder::load);
  }

  private static SentenceEmbedder load(SentenceModel model) {
    return switch (model) {
      case SentenceModel.MiniLm miniLm -> {
        try (InputStream weights = SentenceModel.MiniLm.model();
            InputStream tokenizer = SentenceModel.MiniLm.tokenizer()) {
          OrtEnvironment environment = OrtEnvironment.getEnvironment();
          OrtSession session = environment.createSession(weights.readAllBytes(), oneThread());
          yield new SentenceEmbedder(
              miniLm.name(),
              new Model(new OnnxBertBiEncoder(environment, session, tokenizer, PoolingMode.MEAN)));
        } catch (IOException | OrtException e) {
          throw new IllegalStateException("the model " + miniLm.name() + " does not load", e);
        }
      }
      case SentenceModel.OnnxFile file -> load(file);
    };
  }

  private static SentenceEmbedder load(SentenceModel.OnnxFile file) {
    PoolingMode pooling =
        switch (file.pooling()) {
          case MEAN -> PoolingMode.MEAN;
          case CLS -> PoolingMode.CLS;
        };
    OrtSession session;
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try {
      session = environment.createSession(file.model().toString(), oneThread());
    } catch (OrtException e) {
      throw file.unreadable(file.model(), e);
    }
    SentenceEmbedder embedder;
    try (InputStream tokenizer = Files.newInputStream(file.tokenizer())) {
      embedder =
          new SentenceEmbedder(
              file.name(),
              new Model(new OnnxBertBiEncoder(environment, session, tokenizer, pooling)));
    } catch (IOException | RuntimeException e) {
      throw file.unreadable(file.tokenizer(), e);
    }
    try {
      embedder.embed("a sentence"); // says now, not in the middle of work, if it does not fit
    } catch (RuntimeException e) {
      throw file.unreadable(file.model(), e);
    }
    return embedder;
  }

  private static OrtSession.SessionOptions oneThread() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    return options;
  }

  /**
   * The vector of a text, of length 1; not centred.
   *
   * @throws UserException if the model makes numbers of it that are none
   */
  float[] embed(String text) {
    String head = WholeText.head(text, MOST_CHARACTERS);
    float[] vector = model.embed(head.isBlank() ? "-" : head).content().vector();
    requireFinite(name, text, vector);
    return vector;
  }

  static void requireFinite(String model, String text, float[] vector) {
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        throw new UserException(
            "The sentence embedder \"%s\" makes %s of the text \"%s\"."
                .formatted(model, value, WholeText.head(text, QUOTED)),
            "Its files are broken, or their numbers overflow. Export it again in 32 bits, or take"
                + " another: optirag model embedder NAME --onnx FILE --tokenizer FILE.");
      }
    }
  }

  /** LangChain4j's way from a text to its vector, with a session of our own. */
  private static final class Model extends AbstractInProcessEmbeddingModel {
    private final OnnxBertBiEncoder encoder;

    Model(OnnxBertBiEncoder encoder) {
      super(Runnable::run);
      this.encoder = encoder;
    }

    @Override
    protected OnnxBertBiEncoder model() {
      return encoder;
    }
  }
}
