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
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A model directory as Hugging Face lays it out. */
final class HuggingFaceWeights implements Weights {
  private static final long MOST_JSON_BYTES = 64L << 20;

  private static final String INDEX = "model.safetensors.index.json";
  private static final String PREFIX = "model.";

  private final Path directory;
  private final String prefix;
  private final ModelConfig config;
  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, SafetensorsFile> owners = new LinkedHashMap<>();

  HuggingFaceWeights(Path directory) {
    this.directory = directory;
    try {
      Map<String, SafetensorsFile> stored = new LinkedHashMap<>();
      shards().forEach((shard, indexed) -> open(shard, indexed, stored));
      // A model saved without its output, as embedders are, has no prefix.
      this.prefix = stored.containsKey("embed_tokens.weight") ? PREFIX : "";
      stored.forEach(
          (name, file) -> owners.put(name.equals("lm_head.weight") ? name : prefix + name, file));
      Path configFile = directory.resolve("config.json");
      this.config = HuggingFaceConfig.read(configFile, json(configFile), owners.keySet());
      ModelTensors.require(directory, config, owners.keySet(), this::spelled);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void open(Path shard, Set<String> indexed, Map<String, SafetensorsFile> stored) {
    if (!Files.exists(shard)) {
      throw new UserException(
          "The model's file %s is missing: %s names it.".formatted(shard, INDEX),
          "Download the whole model: every file that the index names.");
    }
    SafetensorsFile file = SafetensorsFile.open(shard);
    files.add(file);
    for (String name : indexed) {
      if (!file.shapes().containsKey(name)) {
        throw new UserException(
            "%s has no tensor %s, though %s says that it stands there."
                .formatted(shard, name, INDEX),
            "Download the file and the index again: they do not belong together.");
      }
    }
    for (String name : file.shapes().keySet()) {
      if (stored.put(name, file) != null) {
        throw TensorFiles.broken(
            shard, "another file of the model has its tensor " + name + " too");
      }
    }
  }

  /** The model's files, each with the tensors that an index says it has. */
  private Map<Path, Set<String>> shards() {
    Path single = directory.resolve("model.safetensors");
    Path index = directory.resolve(INDEX);
    if (Files.exists(single)) {
      return Map.of(single, Set.of());
    }
    for (String pickled : new String[] {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
      if (!Files.exists(index) && Files.exists(directory.resolve(pickled))) {
        throw new UserException(
            directory.resolve(pickled) + " is PyTorch's own format, which is not read.",
            "Save the model with transformers (save_pretrained writes safetensors), or use a GGUF"
                + " file of it.");
      }
    }
    if (!Files.exists(index)) {
      throw new UserException(
          directory + " holds neither model.safetensors nor model.safetensors.index.json.",
          "Give the directory of a downloaded model, or a .gguf file.");
    }
    Map<Path, Set<String>> shards = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json(index).path("weight_map").properties()) {
      Path shard = directory.resolve(entry.getValue().asString("")).normalize();
      if (!directory.normalize().equals(shard.getParent())) {
        throw TensorFiles.broken(index, "it names the file " + entry.getValue());
      }
      shards.computeIfAbsent(shard, key -> new LinkedHashSet<>()).add(entry.getKey());
    }
    if (shards.isEmpty()) {
      throw TensorFiles.broken(index, "it names no file");
    }
    return shards;
  }

  /** The name that the files give a tensor. */
  private String spelled(String name) {
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
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
      throw TensorFiles.broken(path, "it is no JSON: " + JsonFault.told(e));
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
    long[] shape = owner(name).shapes().get(spelled(name));
    return shape == null ? new long[0] : shape;
  }

  @Override
  public void read(String name, FloatBuffer target) {
    owner(name).read(spelled(name), target);
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
