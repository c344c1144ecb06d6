package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * A Llama-architecture LLM: embedding, blocks 1…L, final norm and output embedding. Safe for use
 * from many threads; close it when no pass is running.
 */
public final class Backbone implements AutoCloseable {
  static {
    Libtorch.load();
  }

  private final ModelConfig config;
  private final DType dtype;
  private final org.bytedeco.pytorch.Device device;
  private final boolean packed;
  private final RotaryEmbedding rotary;
  private final List<Block> blocks = new ArrayList<>();
  private final Owned owned = new Owned();
  private final Tensor embedding;
  private final Tensor finalNorm;
  private final Tensor output;

  private Backbone(
      Weights weights,
      DType dtype,
      org.bytedeco.pytorch.Device device,
      boolean packed,
      Progress.Task task) {
    this.config = weights.config();
    this.dtype = dtype;
    this.packed = packed;
    this.rotary = new RotaryEmbedding(config);
    try {
      this.device = owned.hold(device);
      WeightLoader loader = new WeightLoader(weights, dtype, device, packed);
      long hidden = config.hidden();
      String[] embed = {"model.embed_tokens.weight"};
      embedding = owned.take(loader.matrix(hidden, embed, config.vocabulary()));
      output =
          config.tiedEmbeddings()
              ? embedding
              : owned.take(
                  loader.matrix(hidden, new String[] {"lm_head.weight"}, config.vocabulary()));
      finalNorm = owned.take(loader.vector("model.norm.weight", hidden));
      for (int number = 0; number < config.blocks(); number++) {
        blocks.add(owned.take(new Block(config, loader, number)));
        task.advance(1);
      }
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /** The same model with blocks in 8 bits. */
  private Backbone(Backbone from, List<ActivationRange> reaches) {
    this.config = from.config;
    this.dtype = DType.INT8;
    this.packed = false;
    this.rotary = from.rotary;
    try {
      this.device = owned.hold(new org.bytedeco.pytorch.Device(from.device));
      embedding = owned.hold(from.embedding.clone());
      output = config.tiedEmbeddings() ? embedding : owned.hold(from.output.clone());
      finalNorm = owned.hold(from.finalNorm.clone());
      ProductSpeeds speeds = ProductSpeeds.of(config);
      for (int number = 0; number < config.blocks(); number++) {
        blocks.add(owned.take(from.blocks.get(number).quantized(reaches.get(number), speeds)));
      }
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /**
   * This model in 8 bits, for scoring, multiplied by the fastest kernel that is exact on this
   * machine; {@link ProductSpeeds#int8Pays} tells whether that is faster than this model. The
   * sample tells which inputs of the projections are large; it should read like the prompts to
   * come.
   *
   * @param sample token ids, at least one
   * @return a model of its own, to be closed; this one may be closed before it
   * @throws UserException if the model is not on the CPU, or in 8 bits already
   * @throws IllegalArgumentException if it was loaded in bf16 for scoring alone
   */
  public Backbone quantized(int[] sample) {
    if (!device.is_cpu() || dtype == DType.INT8) {
      throw new UserException(
          "A model of 8 bits is made of one in f32 or bf16 on the CPU.", "Choose --device cpu.");
    }
    requirePlain();
    require(sample.length, sample);
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard();
        Packing packing = packing(new int[] {sample.length}, List.of(new int[0]))) {
      List<ActivationRange> reaches = new ArrayList<>();
      Tensor x = embed(sample);
      for (Block block : blocks) {
        reaches.add(block.reach(x, packing));
        x = block.forward(x, packing);
      }
      return new Backbone(this, reaches);
    }
  }

  /**
   * Loads a model into memory to score with it. The weights may be closed afterwards. In bf16 on a
   * CPU that has such products, projections are kept in the order in which these read them, and
   * nowhere else: the model can be neither trained nor quantized.
   *
   * @param dtype not int8, see {@link #quantized}
   * @throws UserException if a tensor is missing or has the wrong shape, or the device is not there
   */
  public static Backbone load(Weights weights, DType dtype, Device device, Progress progress) {
    DType chosen = resolved(dtype, weights.config(), device, ProductSpeeds::fastestToScore);
    boolean packed = chosen == DType.BF16 && device == Device.CPU && PackedMatrix.available();
    return load(weights, chosen, device, packed, progress);
  }

  /**
   * The same to train it, or to make one of 8 bits of it: projections are as in the file.
   *
   * @throws UserException as {@link #load}
   */
  public static Backbone loadForTraining(
      Weights weights, DType dtype, Device device, Progress progress) {
    DType chosen = resolved(dtype, weights.config(), device, ProductSpeeds::fastestToTrain);
    return load(weights, chosen, device, false, progress);
  }

  private static DType resolved(
      DType wanted, ModelConfig config, Device device, Function<ProductSpeeds, DType> fastest) {
    if (wanted != DType.AUTO) {
      return wanted;
    }
    if (device == Device.CUDA || 4 * config.parameters() > Processor.memory() / 2) {
      return DType.BF16;
    }
    return fastest.apply(ProductSpeeds.ofFloats(config));
  }

  private static Backbone load(
      Weights weights, DType dtype, Device device, boolean packed, Progress progress) {
    if (dtype == DType.INT8) {
      throw new IllegalArgumentException("load in f32 or bf16, then quantize");
    }
    try (PointerScope scope = new PointerScope();
        Progress.Task task = progress.begin("load model", weights.config().blocks(), "block")) {
      return new Backbone(weights, dtype, device(device), packed, task);
    }
  }

  private static org.bytedeco.pytorch.Device device(Device device) {
    if (device == Device.CUDA && !torch.cuda_is_available()) {
      throw new UserException(
          "There is no CUDA device that libtorch can use.",
          "Set OPTIRAG_TORCH to the folder torch/lib of a PyTorch 2.10 or 2.11 with CUDA that sees"
              + " the GPU, or use the CPU.");
    }
    if (device == Device.CUDA) {
      // cuDNN's attention would build a plan, for about a second, for every new number of tokens.
      torch.globalContext().setSDPUseCuDNN(false);
    }
    return new org.bytedeco.pytorch.Device(device == Device.CUDA ? "cuda" : "cpu");
  }

  /**
   * How many threads one operation uses; one number for the whole process, 1 at first. More pay on
   * an otherwise idle machine only.
   */
  public static void setThreads(int threads) {
    Libtorch.setThreads(threads);
  }

  /** The model's shape. */
  public ModelConfig config() {
    return config;
  }

  /** Whether it runs on a GPU, where starting an operation costs more than a larger batch. */
  public boolean onGpu() {
    return device.is_cuda();
  }

  /** The number type of its projections. */
  public DType dtype() {
    return dtype;
  }

  /**
   * Begins a pass over prompts: their embeddings, no block yet.
   *
   * @throws IllegalArgumentException if a token id is outside the vocabulary or a prompt longer
   *     than {@link ModelConfig#positions}
   */
  public ForwardPass begin(List<PackedPrompt> prompts) {
    return begin(prompts, null);
  }

  /**
   * Begins a pass that looks contexts up in a cache and leaves there what it learns of them.
   *
   * @param cache of this backbone, or null
   * @throws IllegalArgumentException as {@link #begin(List)}, or if the cache is another backbone's
   */
  public ForwardPass begin(List<PackedPrompt> prompts, @Nullable ContextCache cache) {
    prompts.forEach(this::require);
    if (cache != null && cache.backbone() != this) {
      throw new IllegalArgumentException("the cache is of another backbone");
    }
    return new ForwardPass(this, prompts, cache, onGpu() && cache == null);
  }

  /**
   * Checks that a prompt can be read.
   *
   * @throws IllegalArgumentException if a token id is outside the vocabulary, the prompt too long
   *     or without candidates
   */
  void require(PackedPrompt prompt) {
    if (prompt.candidates().isEmpty()) {
      throw new IllegalArgumentException("a prompt needs at least one candidate");
    }
    require(prompt.longest(), prompt.context());
    for (int[] candidate : prompt.candidates()) {
      require(prompt.longest(), candidate);
    }
  }

  /**
   * Checks that projections are as in the file.
   *
   * @throws IllegalArgumentException if they are packed
   */
  void requirePlain() {
    if (packed) {
      throw new IllegalArgumentException("loaded for scoring alone; load it for training");
    }
  }

  private void require(int length, int[] tokens) {
    if (length > config.positions()) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens, the model has %d positions"
              .formatted(length, config.positions()));
    }
    for (int token : tokens) {
      if (token < 0 || token >= config.vocabulary()) {
        throw new IllegalArgumentException(
            "token id %d outside the vocabulary of %d".formatted(token, config.vocabulary()));
      }
    }
  }

  /** The LLM's own answer: final norm and the output embedding's rows of two tokens. */
  public ExitHead answerHead(int noToken, int yesToken) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor rows = output.index_select(0, Tensors.indices(new int[] {noToken, yesToken}, device));
      float[][] values = Tensors.rows(rows);
      float[] norm = Tensors.rows(finalNorm.unsqueeze(0))[0];
      return new ExitHead(norm, config.normEpsilon(), values[0], values[1]);
    }
  }

  /**
   * The residual stream of one prompt after the embedding and after every block, [blocks + 1,
   * tokens, hidden].
   */
  public float[][][] hiddenStates(int[] tokens) {
    require(tokens.length, tokens);
    float[][][] states = new float[config.blocks() + 1][][];
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard();
        Packing packing = packing(new int[] {tokens.length}, List.of(new int[0]))) {
      Tensor x = embed(tokens);
      states[0] = Tensors.rows(x);
      for (int block = 1; block <= config.blocks(); block++) {
        x = blocks.get(block - 1).forward(x, packing);
        states[block] = Tensors.rows(x);
      }
    }
    return states;
  }

  /** The logits of the token that follows a prompt, [vocabulary]. */
  public float[] nextTokenLogits(int[] tokens) {
    try (ForwardPass pass = begin(List.of(new PackedPrompt(new int[0], List.of(tokens))));
        PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      pass.advanceTo(config.blocks());
      float[] last = pass.lastStates()[0];
      Tensor state = Tensor.create(last, 1, last.length).to(device, torch.ScalarType.Float);
      Tensor normed = Block.norm(state, finalNorm, config.normEpsilon());
      return Tensors.rows(torch.linear(normed.to(output.scalar_type()), output))[0];
    }
  }

  /**
   * The mean over each text's tokens of the normed last hidden state, [texts, hidden]. All texts
   * run in one pass, each for itself.
   *
   * @param texts at least one, none of them empty
   */
  public float[][] meanPooled(List<int[]> texts) {
    int[] lengths = texts.stream().mapToInt(text -> text.length).toArray();
    int[] tokens = new int[Arrays.stream(lengths).sum()];
    int at = 0;
    for (int[] text : texts) {
      require(text.length, text);
      System.arraycopy(text, 0, tokens, at, text.length);
      at += text.length;
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard();
        Packing packing = packing(lengths, Collections.nCopies(lengths.length, new int[0]))) {
      Tensor x = embed(tokens);
      for (Block block : blocks) {
        x = block.forward(x, packing);
      }
      Tensor normed = Block.norm(x, finalNorm, config.normEpsilon());
      Tensor[] means = new Tensor[lengths.length];
      at = 0;
      for (int i = 0; i < lengths.length; i++) {
        Tensor rows = normed.narrow(0, at, lengths[i]);
        means[i] = rows.mean(new long[] {0}, true, new org.bytedeco.pytorch.ScalarTypeOptional());
        at += lengths[i];
      }
      return Tensors.rows(Tensors.concat(0, means));
    }
  }

  Tensor embed(int[] tokens) {
    return embedding.index_select(0, Tensors.indices(tokens, device)).to(torch.ScalarType.Float);
  }

  Packing packing(int[] contexts, List<int[]> candidates) {
    return packing(contexts, new int[contexts.length], candidates);
  }

  /**
   * @param before tokens of the contexts that are remembered and no rows
   */
  Packing packing(int[] contexts, int[] before, List<int[]> candidates) {
    return new Packing(contexts, before, candidates, rotary, config.headSize(), device);
  }

  Block block(int number) {
    return blocks.get(number - 1);
  }

  org.bytedeco.pytorch.Device device() {
    return device;
  }

  Tensor indices(int[] rows) {
    return Tensors.indices(rows, device);
  }

  @Override
  public void close() {
    blocks.clear();
    owned.close();
  }
}
