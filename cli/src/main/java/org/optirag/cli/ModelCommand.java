package org.optirag.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.optirag.backbone.store.KnownModel;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.retrieval.text.SentenceModel;
import org.optirag.retrieval.text.SentenceModelStore;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workspace.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code optirag model}: gets and lists backbones. */
@Command(
    name = "model",
    description = "Gets and lists models.",
    mixinStandardHelpOptions = true,
    footer = {"", "Start with: optirag model pull " + PipelineSettings.DEFAULT_MODEL},
    subcommands = {
      ModelCommand.Pull.class,
      ModelCommand.ListAll.class,
      ModelCommand.Embedder.class
    })
final class ModelCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Downloads a model. */
  @Command(
      name = "pull",
      mixinStandardHelpOptions = true,
      description = {
        "Downloads a model into the cache, with resume and checksums, and tells its shape.",
        "Llama 2 and 3, Vicuna, TinyLlama, SmolLM2, Mistral, Qwen2 and Qwen3, as safetensors or"
            + " GGUF. HF_ENDPOINT names another hub, HF_TOKEN is sent along."
      },
      footer = {
        "",
        "Example: optirag model pull " + PipelineSettings.DEFAULT_MODEL,
        "         optirag model pull HuggingFaceTB/SmolLM2-360M-Instruct",
        "         optirag model pull owner/name:FILE.gguf"
      })
  static final class Pull implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Parameters(
        paramLabel = "NAME",
        description = "A known name, owner/name of a Hugging Face repository, or a path.")
    private String name;

    @Option(
        names = "--verify",
        description = "Read a model of a known name again and compare its sha256.")
    private boolean verify;

    /** What is told of a model. */
    record Pulled(String name, String path, int vocabulary, ModelConfig config) {}

    @Override
    public Integer call() {
      ModelStore store = new ModelStore(common.cache());
      Path path = store.require(name, common.progress());
      if (verify) {
        ModelStore.known().stream()
            .filter(known -> known.name().equals(name))
            .forEach(store::verify);
      }
      try (Weights weights = WeightFiles.open(path);
          Tokenizer tokenizer = Tokenizers.open(path)) {
        ModelConfig config = weights.config();
        if (common.json()) {
          common.printJson(new Pulled(name, path.toString(), tokenizer.size(), config));
        } else {
          common
              .out()
              .printf(
                  Locale.ROOT,
                  "%s: %s, hidden %d, %s, vocabulary %,d, %,d positions%nIn %s%n",
                  name,
                  Counted.of(config.blocks(), "block"),
                  config.hidden(),
                  Counted.of(config.heads(), "head"),
                  config.vocabulary(),
                  config.positions(),
                  path);
          common.out().flush();
        }
      }
      return 0;
    }
  }

  /** Adds a sentence embedder. */
  @Command(
      name = "embedder",
      mixinStandardHelpOptions = true,
      description = {
        "Adds a sentence embedder of yours to the cache, for instance one for your language: item"
            + " texts that are alike in meaning to it are evidence that head 0 and boosted trees can"
            + " read. The files are tried before they are copied.",
        "It is an encoder exported to ONNX that takes input_ids and attention_mask and gives a vector"
            + " for each token first, with its tokenizer.json. Machines that serve a bundle which"
            + " reads it need it too."
      },
      footer = {
        "",
        "Example: optirag model embedder e5 --onnx e5/model.onnx --tokenizer e5/tokenizer.json",
        "Then:    optirag train my-shop --features graph,behaviour,e5",
        "         optirag evaluate my-shop --retriever= --baseline features,trees:behaviour+e5"
      })
  static final class Embedder implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Parameters(paramLabel = "NAME", description = "What to call it: small letters and digits.")
    private String name;

    @Option(names = "--onnx", required = true, paramLabel = "FILE", description = "The model.")
    private Path onnx;

    @Option(
        names = "--tokenizer",
        required = true,
        paramLabel = "FILE",
        description = "Its tokenizer.json.")
    private Path tokenizer;

    @Option(
        names = "--pooling",
        defaultValue = "mean",
        description =
            "How the tokens' vectors become one, as the model was trained:"
                + " ${COMPLETION-CANDIDATES}; default mean.")
    private SentenceModel.Pooling pooling = SentenceModel.Pooling.MEAN;

    /** What is told of an embedder. */
    record Added(String name, String feature, String model) {}

    @Override
    public Integer call() {
      SentenceModel.OnnxFile added =
          new SentenceModelStore(common.cache())
              .add(new SentenceModel.OnnxFile(name, onnx, tokenizer, pooling));
      if (common.json()) {
        common.printJson(new Added(name, added.name(), added.model().toString()));
      } else {
        common
            .out()
            .printf(
                "%s: a kind of features now, kept as %s%nIn %s%n",
                name, added.name(), added.model());
        common.out().flush();
      }
      return 0;
    }
  }

  /** Lists the models of known names. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the models of known names, and whether they are in the cache.")
  static final class ListAll implements Callable<Integer> {
    @Mixin private CommonOptions common;

    /** A line of the list. */
    record Listed(
        String name, String description, String licence, double megabytes, boolean cached) {}

    @Override
    public Integer call() {
      ModelStore store = new ModelStore(common.cache());
      List<Listed> all =
          ModelStore.known().stream().map(model -> listed(model, store.has(model))).toList();
      if (common.json()) {
        common.printJson(all);
        return 0;
      }
      for (Listed model : all) {
        common
            .out()
            .printf(
                Locale.ROOT,
                "%s  %s, %s, %.0f MB, %s%n",
                model.name(),
                model.description(),
                model.licence(),
                model.megabytes(),
                model.cached() ? "in the cache" : "to pull");
      }
      common.out().flush();
      return 0;
    }

    private static Listed listed(KnownModel model, boolean cached) {
      return new Listed(
          model.name(), model.description(), model.licence(), model.bytes() / 1e6, cached);
    }
  }
}
