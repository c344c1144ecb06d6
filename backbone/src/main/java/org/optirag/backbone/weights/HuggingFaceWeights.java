package org.optirag.backbone.weights;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A model directory as Hugging Face lays it out. */
final class HuggingFaceWeights implements Weights {
  private static final long MOST_JSON_BYTES = 64L << 20;

  private final Path directory;
  private final ModelConfig config;
  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, SafetensorsFile> owners = new LinkedHashMap<>();

  HuggingFaceWeights(Path directory) {
    this.directory = directory;
    try {
      for (Path shard : shards()) {
        SafetensorsFile file = SafetensorsFile.open(shard);
        files.add(file);
        file.shapes().keySet().forEach(name -> owners.put(name, file));
      }
      Path configFile = directory.resolve("config.json");
      this.config = HuggingFaceConfig.read(configFile, json(configFile), owners.keySet());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Set<Path> shards() {
    Path single = directory.resolve("model.safetensors");
    Path index = directory.resolve("model.safetensors.index.json");
    if (Files.exists(single)) {
      return Set.of(single);
    }
    if (!Files.exists(index)) {
      throw new UserException(
          directory + " holds neither model.safetensors nor model.safetensors.index.json.",
          "Give the directory of a downloaded model, or a .gguf file.");
    }
    Set<Path> shards = new LinkedHashSet<>();
    for (JsonNode name : json(index).path("weight_map")) {
      Path shard = directory.resolve(name.asString("")).normalize();
      if (!directory.normalize().equals(shard.getParent())) {
        throw TensorFiles.broken(index, "it names the file " + name);
      }
      shards.add(shard);
    }
    return shards;
  }

  static JsonNode json(Path path) {
    try {
      if (Files.size(path) > MOST_JSON_BYTES) {
        throw TensorFiles.broken(path, "it has " + Files.size(path) + " bytes");
      }
      return JsonMapper.shared().readTree(Files.readAllBytes(path));
    } catch (IOException e) {
      throw TensorFiles.unreadable(path, e);
    } catch (JacksonException e) {
      throw TensorFiles.broken(path, "it is no JSON: " + e.getOriginalMessage());
    }
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(owners.keySet());
  }

  @Override
  public long[] shape(String name) {
    long[] shape = owner(name).shapes().get(name);
    return shape == null ? new long[0] : shape;
  }

  @Override
  public void read(String name, FloatBuffer target) {
    owner(name).read(name, target);
  }

  private SafetensorsFile owner(String name) {
    SafetensorsFile owner = owners.get(name);
    if (owner == null) {
      throw new UserException(
          "The model in " + directory + " has no tensor " + name + ".",
          "Use a complete model of a Llama, Mistral or Qwen architecture.");
    }
    return owner;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
