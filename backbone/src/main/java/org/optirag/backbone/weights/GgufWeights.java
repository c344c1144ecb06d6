package org.optirag.backbone.weights;

import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.optirag.workspace.UserException;

/** A GGUF file under the names and in the layout of Hugging Face transformers. */
final class GgufWeights implements Weights {
  private static final Map<String, String> OUTSIDE =
      Map.of(
          "token_embd.weight", "model.embed_tokens.weight",
          "output_norm.weight", "model.norm.weight",
          "output.weight", "lm_head.weight");
  private static final Map<String, String> INSIDE =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private final GgufFile file;
  private final ModelConfig config;
  private final Map<String, GgufFile.Tensor> tensors;

  /** Takes ownership of the file. */
  GgufWeights(GgufFile file) {
    this.file = file;
    this.config = GgufConfig.read(file);
    Map<String, GgufFile.Tensor> named = new LinkedHashMap<>();
    Map<String, String> spelled = new HashMap<>();
    boolean reranker = RerankerHead.isInEmbedding(file);
    for (GgufFile.Tensor tensor : file.tensors().values()) {
      String name = translate(tensor.name());
      if (!name.isEmpty() && !(reranker && name.equals(RerankerHead.TENSOR))) {
        named.put(name, tensor);
        spelled.put(name, tensor.name());
      }
    }
    ModelTensors.require(
        file.path(),
        config,
        named.keySet(),
        name -> spelled.containsKey(name) ? String.valueOf(spelled.get(name)) : untranslated(name));
    this.tensors = Collections.unmodifiableMap(named);
  }

  /** The name that GGUF files give a tensor of a model. */
  private static String untranslated(String name) {
    for (Map.Entry<String, String> outside : OUTSIDE.entrySet()) {
      if (outside.getValue().equals(name)) {
        return outside.getKey();
      }
    }
    String[] parts = name.split("\\.", 4);
    for (Map.Entry<String, String> inside : INSIDE.entrySet()) {
      if (parts.length == 4 && parts[3].startsWith(inside.getValue() + ".")) {
        String kind = parts[3].substring(inside.getValue().length());
        return "blk." + parts[2] + "." + inside.getKey() + kind;
      }
    }
    return name;
  }

  /** Hugging Face's name of a tensor, or "" for what no weight is (rotary factors). */
  private static String translate(String name) {
    String outside = OUTSIDE.get(name);
    if (outside != null) {
      return outside;
    }
    String[] parts = name.split("\\.", -1);
    if (parts.length == 4 && parts[0].equals("blk") && INSIDE.containsKey(parts[2])) {
      return "model.layers." + parts[1] + "." + INSIDE.get(parts[2]) + "." + parts[3];
    }
    return name.equals("rope_freqs.weight") ? "" : name;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public long[] shape(String name) {
    return tensor(name).shape().clone();
  }

  @Override
  public void read(String name, FloatBuffer target) {
    GgufFile.Tensor tensor = tensor(name);
    // llama.cpp interleaves the rotary halves of Llama's q and k; Qwen's stay as they are.
    boolean llama = config.architecture().equals("llama");
    if (llama && name.contains(".self_attn.q_proj.")) {
      readHalved(tensor, config.heads(), target);
    } else if (llama && name.contains(".self_attn.k_proj.")) {
      readHalved(tensor, config.kvHeads(), target);
    } else {
      file.read(tensor, target);
    }
  }

  /** Row 2i + h of a head in the file is row h·headSize/2 + i of that head. */
  private void readHalved(GgufFile.Tensor tensor, int heads, FloatBuffer target) {
    int rows = Math.toIntExact(tensor.shape()[0]);
    int columns = Math.toIntExact(tensor.size() / rows);
    int headSize = rows / heads;
    if (headSize * heads != rows || headSize % 2 != 0) {
      throw TensorFiles.broken(
          file.path(), "%s has %d rows for %d heads".formatted(tensor.name(), rows, heads));
    }
    TensorFiles.requireRoom(tensor.name(), tensor.size(), target);
    FloatBuffer interleaved = FloatBuffer.allocate(Math.toIntExact(tensor.size()));
    file.read(tensor, interleaved);
    int base = target.position();
    for (int row = 0; row < rows; row++) {
      int inHead = row % headSize;
      int from = row - inHead + inHead % (headSize / 2) * 2 + inHead / (headSize / 2);
      target.put(base + row * columns, interleaved, from * columns, columns);
    }
  }

  private GgufFile.Tensor tensor(String name) {
    GgufFile.Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new UserException(
          "The model file " + file.path() + " has no tensor " + name + ".",
          "Use a complete model of a Llama, Mistral or Qwen architecture.");
    }
    return tensor;
  }

  @Override
  public void close() {
    file.close();
  }
}
