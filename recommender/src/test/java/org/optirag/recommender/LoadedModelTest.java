package org.optirag.recommender;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.tokenizer.SpmVocabulary;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class LoadedModelTest {
  private static final Path SHIPPED = Path.of("..", "bundles", "movielens-100k");
  private static final JsonMapper JSON = JsonMapper.shared();

  @TempDir Path directory;

  /** The tokenizer is read by native code, so the model has to be the right one before. */
  @Test
  void aModelIsKnownToBeTheBundlesBeforeItsTokenizerIsOpened() throws IOException {
    Path model = SpmVocabulary.tinyModel(directory);
    byte[] bytes = Files.readAllBytes(model);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int kind = text.indexOf("llama", text.indexOf("tokenizer.ggml.model"));
    bytes[kind] = 'L'; // a tokenizer of a kind that nobody knows
    Files.write(model, bytes);
    Bundle bundle = Bundle.open(bundleOn(model));
    assertThatThrownBy(() ->
            LoadedModel.of(
                bundle,
                () -> {
                  throw new AssertionError("it was loaded");
                },
                LoadedModel.Settings.standard()))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("The bundle was trained on " + model);
  }

  private Path bundleOn(Path model) throws IOException {
    Path copy = Files.createDirectory(directory.resolve("bundle"));
    try (Stream<Path> files = Files.walk(SHIPPED)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = copy.resolve(SHIPPED.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    Path manifest = copy.resolve("bundle.json");
    ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(manifest));
    ((ObjectNode) json.get("backbone")).put("name", model.toString());
    Files.writeString(manifest, json.toString());
    return copy;
  }
}
