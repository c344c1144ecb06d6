package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.lora.LoraSettings;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class LoraAdapterTest {
  private static final long SEED = 20260901;

  /** Settings of all modules on the blocks 2 and 3 of the random model. */
  static final LoraSettings SETTINGS =
      new LoraSettings(3, 6, 0.1, EnumSet.allOf(LoraModule.class), 2, 3);

  @TempDir Path directory;

  /** An adapter of random factors, B too, as if trained. */
  static LoraAdapter random(LoraSettings settings, Weights model, long seed) {
    Random random = new Random(seed);
    Map<LoraAdapter.Site, LoraAdapter.Factors> factors = new LinkedHashMap<>();
    LoraAdapter.initial("tiny", settings, model.config(), seed)
        .factors()
        .forEach((site, of) -> {
          float[] b = of.b();
          for (int i = 0; i < b.length; i++) {
            b[i] = (float) (0.2 * random.nextGaussian());
          }
          factors.put(site, new LoraAdapter.Factors(of.a(), b));
        });
    return new LoraAdapter("tiny", settings, factors);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    LoraAdapter adapter = random(SETTINGS, RandomModel.weights(SEED), SEED);
    adapter.write(directory);
    LoraAdapter read = LoraAdapter.read(directory);
    assertThat(read.settings()).isEqualTo(SETTINGS);
    assertThat(read.baseModel()).isEqualTo("tiny");
    assertThat(read.factors()).hasSize(14);
    read.factors()
        .forEach((site, factors) -> {
          LoraAdapter.Factors of = adapter.factors(site.block(), site.module());
          assertThat(of).isNotNull();
          assertThat(factors.a()).as("A of %s", site).containsExactly(of.a());
          assertThat(factors.b()).as("B of %s", site).containsExactly(of.b());
        });
  }

  @Test
  void mergingAddsTheScaledProductToTheMatricesThatTheAdapterNames() {
    Weights base = RandomModel.weights(SEED);
    LoraAdapter adapter = random(SETTINGS, base, SEED);
    Weights merged = adapter.mergedInto(base);
    for (int block = 1; block <= 4; block++) {
      for (LoraModule module : LoraModule.values()) {
        String name = module.weight(block);
        float[] before = values(base, name);
        float[] after = values(merged, name);
        LoraAdapter.Factors factors = adapter.factors(block, module);
        if (factors == null) {
          assertThat(after).as(name).containsExactly(before);
          continue;
        }
        int in = module.in(base.config());
        for (int i = 0; i < before.length; i++) {
          double sum = 0;
          for (int r = 0; r < 3; r++) {
            sum += (double) factors.b()[i / in * 3 + r] * factors.a()[r * in + i % in];
          }
          assertThat(after[i]).as(name).isCloseTo((float) (before[i] + 2 * sum), within(1e-5f));
        }
      }
    }
  }

  /**
   * An adapter that PEFT wrote for a model with attention biases; src/test/reference/
   * peft_round_trip.py made it, says with which versions, and checks what Java writes.
   */
  @Test
  void anAdapterOfPeftsGivesPeftsLogits() throws Exception {
    Path golden = resource("/golden/tiny-adapter/adapter_config.json").resolveSibling("");
    Path model = resource("/golden/tiny/qwen2/config.json").resolveSibling("");
    LoraAdapter adapter = LoraAdapter.read(golden);
    assertThat(adapter.settings().scale()).isEqualTo(1.5);
    String kept = System.getProperty("optirag.peft");
    Path written = kept == null ? directory : Path.of(kept);
    adapter.write(written);
    Files.copy(
        golden.resolve("golden.safetensors"),
        written.resolve("golden.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    try (Weights merged = LoraAdapter.read(written).mergedInto(WeightFiles.open(model));
        Backbone backbone = Backbone.load(merged, DType.F32, Device.CPU, Progress.silent());
        SafetensorsFile expected = SafetensorsFile.open(golden.resolve("golden.safetensors"))) {
      float[] tokens = expected.read("tokens");
      float[] logits = expected.read("logits");
      for (int prompt = 0; prompt < 3; prompt++) {
        int[] ids = new int[9];
        for (int i = 0; i < 9; i++) {
          ids[i] = (int) tokens[prompt * 9 + i];
        }
        float[] wanted = Arrays.copyOfRange(logits, prompt * 67, (prompt + 1) * 67);
        assertThat(backbone.nextTokenLogits(ids)).containsExactly(wanted, within(1e-4f));
      }
    }
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(LoraAdapterTest.class.getResource(name)).toURI());
  }

  @Test
  void aNewAdapterChangesNothing() {
    Weights base = RandomModel.weights(SEED);
    Weights merged = LoraAdapter.initial("tiny", SETTINGS, base.config(), 1).mergedInto(base);
    String name = LoraModule.UP_PROJ.weight(2);
    assertThat(values(merged, name)).containsExactly(values(base, name));
  }

  @Test
  void anAdapterOfAnotherModelIsRefused() {
    Weights base = RandomModel.weights(SEED);
    LoraSettings deeper = new LoraSettings(2, 2, 0, EnumSet.of(LoraModule.Q_PROJ), 1, 5);
    LoraAdapter tooDeep = LoraAdapter.initial("big", deeper, base.config(), 1);
    assertThatThrownBy(() -> tooDeep.mergedInto(base))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "The adapter does not fit the model: it changes block 5, the model has 4."
                + " Use it with the model that it was trained on: big.");
    LoraSettings one = new LoraSettings(1, 2, 0, EnumSet.of(LoraModule.K_PROJ), 1, 1);
    LoraAdapter wide =
        new LoraAdapter(
            "big",
            one,
            Map.of(
                new LoraAdapter.Site(1, LoraModule.K_PROJ),
                new LoraAdapter.Factors(new float[64], new float[16])));
    assertThatThrownBy(() -> wide.mergedInto(base))
        .hasMessageContaining(
            "its k_proj of block 1 is for a matrix of 16 by 64, the model's has 16 by 32");
  }

  @Test
  void whatPlainLoraCannotSayIsRefused() throws IOException {
    random(SETTINGS, RandomModel.weights(SEED), SEED).write(directory);
    Path config = directory.resolve("adapter_config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"use_dora\" : false", "\"use_dora\" : true"));
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("adapter_config.json has use_dora = true, which is not supported.");
    Files.writeString(config, text.replace("\"r\" : 3", "\"r\" : 4"));
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has the shape [3, 32], but the rank is 4");
    Files.writeString(config, text.replace("\"r\" : 3,", ""));
    assertThatThrownBy(() -> LoraAdapter.read(directory)).hasMessageContaining("r is missing");
    Files.writeString(config, "[");
    assertThatThrownBy(() -> LoraAdapter.read(directory)).hasMessageContaining("it is no JSON");
    Files.delete(config);
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .hasMessage("There is no %s. Give the directory of an adapter in PEFT's layout.", config);
  }

  @Test
  void anOptionOfPeftsIsSupportedOrRefusedByItsName() throws IOException {
    random(SETTINGS, RandomModel.weights(SEED), SEED).write(directory);
    Path config = directory.resolve("adapter_config.json");
    ObjectNode plain = (ObjectNode) JsonMapper.shared().readTree(config.toFile());
    Map<String, String> refused =
        Map.ofEntries(
            Map.entry("use_dora", "true"),
            Map.entry("fan_in_fan_out", "true"),
            Map.entry("bias", "\"lora_only\""),
            Map.entry("lora_bias", "true"),
            Map.entry("rank_pattern", "{\"q_proj\":8}"),
            Map.entry("alpha_pattern", "{\"q_proj\":8}"),
            Map.entry("modules_to_save", "[\"lm_head\"]"),
            Map.entry("layer_replication", "[[0,2]]"),
            Map.entry("layers_pattern", "\"h\""),
            Map.entry("init_lora_weights", "\"pissa\""),
            Map.entry("use_qalora", "true"),
            Map.entry("trainable_token_indices", "[7]"),
            Map.entry("target_parameters", "[\"experts\"]"),
            Map.entry("alora_invocation_tokens", "[1]"),
            Map.entry("peft_type", "\"IA3\""),
            Map.entry("something_new", "1"));
    for (Map.Entry<String, String> option : refused.entrySet()) {
      ObjectNode changed = plain.deepCopy();
      changed.set(option.getKey(), JsonMapper.shared().readTree(option.getValue()));
      Files.writeString(config, changed.toString());
      assertThatThrownBy(() -> LoraAdapter.read(directory))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(
              "adapter_config.json has %s = %s, which is not supported."
                  .formatted(option.getKey(), option.getValue()))
          .hasMessageContaining("merge it into its model with PEFT");
    }
    ObjectNode talkative = plain.deepCopy();
    talkative.put("peft_version", "0.18").put("task_type", "FEATURE_EXTRACTION");
    talkative.put("init_lora_weights", "gaussian").put("megatron_core", "megatron.core");
    talkative.put("qalora_group_size", 16).put("use_qalora", false).putNull("eva_config");
    talkative.put("target_modules", "all-linear").putNull("layers_to_transform");
    talkative.putObject("loftq_config");
    Files.writeString(config, talkative.toString());
    assertThat(LoraAdapter.read(directory).settings()).isEqualTo(SETTINGS);
  }

  /** As PEFT scales it: alpha / √rank. */
  @Test
  void aRankStabilizedAdapterIsScaledAsPeftScalesIt() throws IOException {
    random(SETTINGS, RandomModel.weights(SEED), SEED).write(directory);
    Path config = directory.resolve("adapter_config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"use_rslora\" : false", "\"use_rslora\" : true"));
    assertThat(LoraAdapter.read(directory).settings().scale())
        .isCloseTo(6 / Math.sqrt(3), within(1e-12));
  }

  @Test
  void whatTheConfigurationSaysIsChangedIsWhatTheTensorsChange() throws IOException {
    random(SETTINGS, RandomModel.weights(SEED), SEED).write(directory);
    Path config = directory.resolve("adapter_config.json");
    ObjectNode plain = (ObjectNode) JsonMapper.shared().readTree(config.toFile());
    ObjectNode fewer = plain.deepCopy();
    fewer.putArray("target_modules").add("q_proj").add("lm_head");
    Files.writeString(config, fewer.toString());
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "target_modules are [lm_head, q_proj], its tensors change [down_proj");
    ObjectNode deeper = plain.deepCopy();
    deeper.putArray("layers_to_transform").add(0).add(1).add(2);
    Files.writeString(config, deeper.toString());
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .hasMessageContaining("layers_to_transform are [0, 1, 2], its tensors change [1, 2]");
    Files.writeString(config, plain.deepCopy().put("layers_to_transform", 1).toString());
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .hasMessageContaining("layers_to_transform are [1], its tensors change [1, 2]");
    for (String dropout : new String[] {"1", "-0.5"}) {
      ObjectNode changed = plain.deepCopy();
      changed.set("lora_dropout", JsonMapper.shared().readTree(dropout));
      Files.writeString(config, changed.toString());
      assertThatThrownBy(() -> LoraAdapter.read(directory))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("lora_dropout is " + dropout);
    }
    Files.writeString(config, plain.deepCopy().put("r", 2.5).toString());
    assertThatThrownBy(() -> LoraAdapter.read(directory)).hasMessageContaining("r is 2.5");
  }

  @Test
  void anEmbeddersAdapterHasOnePrefixLess() {
    LoraAdapter adapter = random(SETTINGS, RandomModel.weights(SEED), SEED);
    adapter.write(directory);
    Path file = directory.resolve("adapter_model.safetensors");
    SafetensorsWriter renamed = new SafetensorsWriter();
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      tensors
          .shapes()
          .forEach((name, shape) ->
              renamed.tensor(
                  name.replace("base_model.model.model.", "base_model.model."),
                  tensors.read(name),
                  shape));
    }
    renamed.write(file);
    assertThat(LoraAdapter.read(directory).factors()).hasSameSizeAs(adapter.factors());
  }

  @Test
  void tensorsThatBelongNowhereAreRefused() {
    random(SETTINGS, RandomModel.weights(SEED), SEED).write(directory);
    Path file = directory.resolve("adapter_model.safetensors");
    String prefix = "base_model.model.model.layers.0.";
    new SafetensorsWriter()
        .tensor(prefix + "mlp.experts.lora_A.weight", new float[3], 3, 1)
        .write(file);
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("it changes the module mlp.experts");
    new SafetensorsWriter().tensor("lm_head.lora_A.weight", new float[3], 3, 1).write(file);
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .hasMessageContaining("it has the tensor lm_head.lora_A.weight");
    new SafetensorsWriter()
        .tensor(prefix + "self_attn.q_proj.lora_A.weight", new float[3], 3, 1)
        .write(file);
    assertThatThrownBy(() -> LoraAdapter.read(directory))
        .hasMessageContaining("it has 1 matrices A and 0 matrices B");
  }

  private static float[] values(Weights weights, String name) {
    long[] shape = weights.shape(name);
    float[] values = new float[Math.toIntExact(shape[0] * shape[1])];
    weights.read(name, FloatBuffer.wrap(values));
    return values;
  }
}
