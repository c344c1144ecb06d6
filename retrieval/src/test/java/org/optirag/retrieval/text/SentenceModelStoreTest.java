package org.optirag.retrieval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.UserException;

class SentenceModelStoreTest {
  @TempDir private Path directory;

  private SentenceModelStore store() {
    return new SentenceModelStore(new CacheDirectory(directory.resolve("cache")));
  }

  /** The files of the model that comes with the program, as a user's own. */
  private SentenceModel.OnnxFile own(String name, SentenceModel.Pooling pooling)
      throws IOException {
    Path model = directory.resolve("own.onnx");
    Path tokenizer = directory.resolve("own.json");
    try (InputStream weights = SentenceModel.MiniLm.model();
        InputStream json = SentenceModel.MiniLm.tokenizer()) {
      Files.write(model, weights.readAllBytes());
      Files.write(tokenizer, json.readAllBytes());
    }
    return new SentenceModel.OnnxFile(name, model, tokenizer, pooling);
  }

  @Test
  void whatWasAddedIsFoundByItsNameAndByItsWholeName() throws IOException {
    SentenceModel added = store().add(own("e5", SentenceModel.Pooling.MEAN));
    Files.delete(directory.resolve("own.onnx")); // the copy stands for itself

    assertThat(added.name()).matches("e5at[0-9a-f]{8}");
    assertThat(store().names()).containsExactly(added.name());
    assertThat(store().find("e5")).contains(added);
    assertThat(store().find(added.name())).contains(added);
    assertThat(store().find("e")).isEmpty();
    assertThat(store().find("minilm")).contains(SentenceModel.MINI_LM);
    assertThat(SentenceEmbedder.of(added).embed("bread"))
        .isEqualTo(SentenceEmbedder.of(SentenceModel.MINI_LM).embed("bread"));
  }

  @Test
  void anotherOneOfTheSameNameIsAnother() throws IOException {
    SentenceModel mean = store().add(own("e5", SentenceModel.Pooling.MEAN));
    SentenceModel first = store().add(own("e5", SentenceModel.Pooling.CLS));

    assertThat(first.name()).isNotEqualTo(mean.name());
    assertThat(store().find(first.name())).contains(first);
    assertThatThrownBy(() -> store().find("e5"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("several")
        .hasMessageContaining(mean.name())
        .hasMessageContaining("whole name");
  }

  @Test
  void whatCannotEmbedIsNotKept() throws IOException {
    SentenceModel.OnnxFile own = own("e5", SentenceModel.Pooling.MEAN);
    Path text = Files.writeString(directory.resolve("text.onnx"), "no model");
    assertThatThrownBy(() ->
            store()
                .add(
                    new SentenceModel.OnnxFile(
                        "e5", text, own.tokenizer(), SentenceModel.Pooling.MEAN)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot use " + text);
    assertThatThrownBy(() -> store().add(own("minilm", SentenceModel.Pooling.MEAN)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("comes with the program");
    assertThat(store().names()).isEmpty();
  }

  @Test
  void aDamagedOneSaysWhatToDo() throws IOException {
    SentenceModel added = store().add(own("e5", SentenceModel.Pooling.MEAN));
    Path pooling = directory.resolve("cache/embedders").resolve(added.name()).resolve("pooling");
    Files.writeString(pooling, "sum");
    assertThatThrownBy(() -> store().find("e5"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("add the embedder again");
    Files.delete(pooling); // as if it had been interrupted before the last file
    assertThat(store().find("e5")).isEmpty();
  }
}
