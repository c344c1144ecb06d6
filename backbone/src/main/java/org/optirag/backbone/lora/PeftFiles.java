package org.optirag.backbone.lora;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes adapters in the layout of Hugging Face PEFT. */
final class PeftFiles {
  private static final String CONFIG = "adapter_config.json";
  private static final String TENSORS = "adapter_model.safetensors";

  /** A model without its output, as embedders are, has no second "model". */
  private static final Pattern NAME =
      Pattern.compile(
          "base_model\\.model\\.(?:model\\.)?layers\\.(\\d{1,4})\\.([a-z_.]+)"
              + "\\.lora_([AB])\\.weight");

  /** What is read here or below. */
  private static final Set<String> READ =
      Set.of(
          "r",
          "lora_alpha",
          "lora_dropout",
          "use_rslora",
          "target_modules",
          "layers_to_transform",
          "base_model_name_or_path");

  /** What does not change what an adapter computes once it is trained. */
  private static final Set<String> UNUSED =
      Set.of(
          "task_type",
          "inference_mode",
          "revision",
          "auto_mapping",
          "peft_version",
          "exclude_modules",
          "megatron_core",
          "runtime_config",
          "eva_config",
          "qalora_group_size");

  /** The values of other fields that a plain adapter has, as JSON. */
  private static final Map<String, Set<String>> PLAIN =
      Map.of(
          "peft_type", Set.of("\"LORA\""),
          "bias", Set.of("\"none\""),
          "layers_pattern", Set.of("\"layers\"", "[\"layers\"]"),
          // The others change the model's own weights before training.
          "init_lora_weights", Set.of("true", "\"gaussian\"", "\"eva\"", "\"orthogonal\""));

  private static final int MOST_RANK = 1 << 16;

  private PeftFiles() {}

  static void write(LoraAdapter adapter, Path directory) {
    LoraSettings settings = adapter.settings();
    SafetensorsWriter tensors = new SafetensorsWriter();
    adapter
        .factors()
        .forEach((site, factors) -> {
          int rank = settings.rank();
          tensors.tensor(name(site, 'A'), factors.a(), rank, factors.a().length / rank);
          tensors.tensor(name(site, 'B'), factors.b(), factors.b().length / rank, rank);
        });
    tensors.write(directory.resolve(TENSORS));
    AtomicFiles.writeString(
        directory.resolve(CONFIG), config(adapter).toPrettyString() + System.lineSeparator());
  }

  private static ObjectNode config(LoraAdapter adapter) {
    LoraSettings settings = adapter.settings();
    ObjectNode config = JsonMapper.shared().createObjectNode();
    config.put("peft_type", "LORA").put("task_type", "CAUSAL_LM");
    config.put("base_model_name_or_path", adapter.baseModel());
    config.put("r", settings.rank());
    config.put("lora_alpha", settings.alpha());
    config.put("lora_dropout", settings.dropout());
    ArrayNode modules = config.putArray("target_modules");
    settings.modules().forEach(module -> modules.add(module.target()));
    ArrayNode layers = config.putArray("layers_to_transform");
    for (int block = settings.firstBlock(); block <= settings.lastBlock(); block++) {
      layers.add(block - 1);
    }
    config.put("layers_pattern", "layers");
    config.put("bias", "none").put("fan_in_fan_out", false).put("inference_mode", true);
    config.put("init_lora_weights", true).put("use_rslora", false).put("use_dora", false);
    config.putNull("modules_to_save").putNull("revision");
    config.putObject("rank_pattern");
    config.putObject("alpha_pattern");
    return config;
  }

  private static String name(LoraAdapter.Site site, char factor) {
    return "base_model.model.model.layers.%d.%s.lora_%s.weight"
        .formatted(site.block() - 1, site.module().path(), factor);
  }

  static LoraAdapter read(Path directory) {
    Path configFile = directory.resolve(CONFIG);
    JsonNode config = json(configFile);
    if (!config.isObject()) {
      throw strange(configFile, "it holds no JSON object");
    }
    requirePlain(configFile, config);
    double rank = number(configFile, config, "r");
    double alpha = number(configFile, config, "lora_alpha");
    if (rank != Math.rint(rank) || rank > MOST_RANK) {
      throw strange(configFile, "r is " + config.path("r"));
    }
    double scaled = config.path("use_rslora").asBoolean(false) ? alpha * Math.sqrt(rank) : alpha;
    double dropout = config.path("lora_dropout").asDouble(0);
    if (!(dropout >= 0 && dropout < 1)) {
      throw strange(configFile, "lora_dropout is " + config.path("lora_dropout"));
    }
    try (SafetensorsFile tensors = SafetensorsFile.open(directory.resolve(TENSORS))) {
      LoraAdapter adapter = read(directory.resolve(TENSORS), tensors, config, (int) rank, scaled);
      requireSame(configFile, config, adapter.settings());
      return adapter;
    }
  }

  /** Every field is read, of no matter, or as in a plain adapter. */
  private static void requirePlain(Path file, JsonNode config) {
    if (!config.has("peft_type")) {
      throw strange(file, "peft_type is missing");
    }
    for (Map.Entry<String, JsonNode> field : config.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      boolean plain =
          READ.contains(name)
              || UNUSED.contains(name)
              || isNothing(value)
              || PLAIN.getOrDefault(name, Set.of()).contains(value.toString());
      if (!plain) {
        throw new UserException(
            "%s has %s = %s, which is not supported.".formatted(file, name, value),
            "Use a plain LoRA adapter, or merge it into its model with PEFT.");
      }
    }
  }

  private static boolean isNothing(JsonNode value) {
    return value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isContainer() && value.isEmpty());
  }

  /** What the configuration says is changed has to be what the tensors change. */
  private static void requireSame(Path file, JsonNode config, LoraSettings settings) {
    JsonNode targets = config.path("target_modules");
    if (targets.isArray()) {
      Set<String> named = new TreeSet<>();
      for (JsonNode target : targets) {
        String path = target.asString("");
        named.add(path.substring(path.lastIndexOf('.') + 1));
      }
      Set<String> changed = new TreeSet<>();
      settings.modules().forEach(module -> changed.add(module.target()));
      if (!named.equals(changed)) {
        throw strange(
            file, "target_modules are %s, its tensors change %s".formatted(named, changed));
      }
    }
    JsonNode layers = config.path("layers_to_transform");
    Set<Integer> named = new TreeSet<>();
    if (layers.isNumber()) {
      named.add(layers.asInt(-1));
    }
    layers.forEach(layer -> named.add(layer.asInt(-1)));
    Set<Integer> changed = new TreeSet<>();
    for (int block = settings.firstBlock(); block <= settings.lastBlock(); block++) {
      changed.add(block - 1);
    }
    if (!named.isEmpty() && !named.equals(changed)) {
      throw strange(
          file, "layers_to_transform are %s, its tensors change %s".formatted(named, changed));
    }
  }

  private static LoraAdapter read(
      Path file, SafetensorsFile tensors, JsonNode config, int rank, double alpha) {
    Map<LoraAdapter.Site, float[]> a = new LinkedHashMap<>();
    Map<LoraAdapter.Site, float[]> b = new LinkedHashMap<>();
    EnumSet<LoraModule> modules = EnumSet.noneOf(LoraModule.class);
    tensors
        .shapes()
        .forEach((name, shape) -> {
          Matcher matcher = NAME.matcher(name);
          if (!matcher.matches()) {
            throw strange(file, "it has the tensor " + name);
          }
          LoraModule module = module(file, matcher.group(2));
          modules.add(module);
          boolean isA = matcher.group(3).equals("A");
          if (shape.length != 2 || shape[isA ? 0 : 1] != rank) {
            throw strange(
                file,
                "%s has the shape %s, but the rank is %d"
                    .formatted(name, Arrays.toString(shape), rank));
          }
          int block = Integer.parseInt(matcher.group(1)) + 1;
          (isA ? a : b)
              .put(new LoraAdapter.Site(block, module), values(file, tensors, name, shape));
        });
    if (a.isEmpty() || !a.keySet().equals(b.keySet())) {
      throw strange(file, "it has %d matrices A and %d matrices B".formatted(a.size(), b.size()));
    }
    int first = a.keySet().stream().mapToInt(LoraAdapter.Site::block).min().orElseThrow();
    int last = a.keySet().stream().mapToInt(LoraAdapter.Site::block).max().orElseThrow();
    if (a.size() != modules.size() * (last - first + 1)) {
      throw strange(file, "not every block of %d to %d has %s".formatted(first, last, modules));
    }
    Map<LoraAdapter.Site, LoraAdapter.Factors> factors = new LinkedHashMap<>();
    a.forEach((site, values) ->
        factors.put(site, new LoraAdapter.Factors(values, Objects.requireNonNull(b.get(site)))));
    double dropout = config.path("lora_dropout").asDouble(0);
    return new LoraAdapter(
        config.path("base_model_name_or_path").asString("unknown"),
        new LoraSettings(rank, alpha, dropout, modules, first, last),
        factors);
  }

  private static float[] values(Path file, SafetensorsFile tensors, String name, long[] shape) {
    float[] values = new float[Math.toIntExact(shape[0] * shape[1])];
    tensors.read(name, FloatBuffer.wrap(values));
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw strange(file, name + " holds a value that is not finite");
      }
    }
    return values;
  }

  private static LoraModule module(Path file, String path) {
    for (LoraModule module : LoraModule.values()) {
      if (module.path().equals(path)) {
        return module;
      }
    }
    throw strange(file, "it changes the module " + path);
  }

  private static double number(Path file, JsonNode config, String field) {
    JsonNode node = config.path(field);
    if (!node.isNumber() || !(node.doubleValue() > 0 && node.doubleValue() <= MOST_RANK)) {
      throw strange(file, field + " is " + (node.isMissingNode() ? "missing" : node));
    }
    return node.doubleValue();
  }

  private static JsonNode json(Path path) {
    try {
      return JsonMapper.shared().readTree(Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      throw new UserException(
          "There is no " + path + ".", "Give the directory of an adapter in PEFT's layout.", e);
    } catch (IOException e) {
      throw new UserException(
          "Cannot read " + path + ": " + e.getMessage() + ".", "Check its permissions.", e);
    } catch (JacksonException e) {
      throw strange(path, "it is no JSON: " + JsonFault.told(e));
    }
  }

  private static UserException strange(Path path, String why) {
    return new UserException(
        "Cannot use the adapter file " + path + ": " + why + ".",
        "Use a LoRA adapter of a Llama, Mistral or Qwen model as PEFT saves it.");
  }
}
