package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;

/**
 * How fast this machine multiplies a model's matrices in each number type, and by which kernel:
 * measured, since what is fastest on one processor is slowest on another, and neither the flags of
 * a processor nor the presence of an operator tells. It takes about a second, once a process.
 *
 * @param kernels floating point first; in the order in which they were tried
 * @param bf16Attention whether attention is faster in bf16 than in f32
 */
public record ProductSpeeds(List<Kernel> kernels, boolean bf16Attention) {
  private static final Map<List<Integer>, ProductSpeeds> MEASURED = new ConcurrentHashMap<>();
  private static final Map<List<Integer>, ProductSpeeds> FLOATS = new ConcurrentHashMap<>();

  /** What a kernel that does not end is waited for. */
  private static final long LIMIT_MILLIS = 1000;

  /** A number type that loses exactness has to bring more than the noise of a measurement. */
  private static final double WORTH = 0.9;

  /**
   * A way to multiply.
   *
   * @param name for instance "FBGEMM"
   * @param milliseconds of the products of one block for some rows, with all that bringing inputs
   *     to the number type costs; NaN if it was dropped
   * @param dropped why it is out of the question, or null
   */
  public record Kernel(DType dtype, String name, double milliseconds, @Nullable String dropped) {

    boolean runs() {
      return dropped == null;
    }
  }

  private static final String PLAIN = "as in the file";
  private static final String PACKED = "packed for oneDNN";

  /** Copies the list. */
  public ProductSpeeds {
    kernels = List.copyOf(kernels);
  }

  /**
   * Measures, or remembers what was measured for such a model. One thread an operation, as scoring
   * uses them.
   */
  public static ProductSpeeds of(ModelConfig config) {
    return MEASURED.computeIfAbsent(shapes(config), key -> measure(config, true));
  }

  /** The same of floating point alone, in half the time: what a model that is loaded asks. */
  static ProductSpeeds ofFloats(ModelConfig config) {
    ProductSpeeds all = MEASURED.get(shapes(config));
    return all != null
        ? all
        : FLOATS.computeIfAbsent(shapes(config), key -> measure(config, false));
  }

  private static List<Integer> shapes(ModelConfig config) {
    return List.of(
        config.hidden(),
        config.intermediate(),
        config.heads(),
        config.kvHeads(),
        config.headSize());
  }

  /** The faster of f32 and bf16 for a model that is loaded to score. */
  public DType fastestToScore() {
    return faster(PackedMatrix.available() ? PACKED : PLAIN);
  }

  /** The faster of f32 and bf16 for a model that is loaded to train. */
  public DType fastestToTrain() {
    return faster(PLAIN);
  }

  /**
   * Whether 8 bits are faster than {@link #fastestToScore}: on some processors nothing that
   * multiplies them exactly is.
   */
  public boolean int8Pays() {
    double best = milliseconds(DType.INT8);
    return best < milliseconds(DType.F32) && best < milliseconds(DType.BF16);
  }

  /** The fastest kernel of a type, or null if none of it runs. */
  public @Nullable Kernel fastest(DType dtype) {
    return kernels.stream()
        .filter(kernel -> kernel.dtype == dtype && kernel.runs())
        .min(Comparator.comparingDouble(Kernel::milliseconds))
        .orElse(null);
  }

  /** A line a kernel, for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Kernel kernel : kernels) {
      String what =
          kernel.runs()
              ? String.format(Locale.ROOT, "%.1f ms", kernel.milliseconds)
              : "left out: " + kernel.dropped;
      lines.add(String.format(Locale.ROOT, "%-5s %-26s %s", kernel.dtype, kernel.name, what));
    }
    return lines;
  }

  /** The fastest kernel of 8 bits; the plain one where all others are out of the question. */
  Int8Kernel int8() {
    Kernel fastest = fastest(DType.INT8);
    for (Int8Kernel kernel : Int8Kernel.values()) {
      if (fastest != null && kernel.label().equals(fastest.name)) {
        return kernel;
      }
    }
    return Int8Kernel.PLAIN;
  }

  /** The type that an attention between products of 8 bits computes in. */
  torch.ScalarType mixing() {
    return bf16Attention ? torch.ScalarType.BFloat16 : Tensors.F32;
  }

  private DType faster(String bf16) {
    double f32 = milliseconds(DType.F32);
    return kernels.stream()
            .anyMatch(kernel ->
                kernel.dtype == DType.BF16
                    && kernel.name.equals(bf16)
                    && kernel.runs()
                    && kernel.milliseconds < WORTH * f32)
        ? DType.BF16
        : DType.F32;
  }

  private double milliseconds(DType dtype) {
    Kernel fastest = fastest(dtype);
    return fastest == null ? Double.POSITIVE_INFINITY : fastest.milliseconds;
  }

  private static ProductSpeeds measure(ModelConfig config, boolean int8) {
    Libtorch.load();
    KernelTrial trial = new KernelTrial(LIMIT_MILLIS);
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      BlockProducts.Inputs inputs = BlockProducts.Inputs.of(config);
      List<BlockProducts> products = new ArrayList<>();
      products.add(
          new BlockProducts(
              DType.F32, PLAIN, weight -> new FloatMatrix(Tensors.hold(weight.clone())), inputs));
      products.add(
          new BlockProducts(
              DType.BF16, PLAIN, weight -> new FloatMatrix(Tensors.hold(bf16(weight))), inputs));
      if (PackedMatrix.available()) {
        products.add(
            new BlockProducts(DType.BF16, PACKED, weight -> PackedMatrix.of(bf16(weight)), inputs));
      }
      for (Int8Kernel kernel : int8 ? Int8Kernel.values() : new Int8Kernel[0]) {
        products.add(new BlockProducts(kernel, inputs));
      }
      List<KernelTrial.Outcome> outcomes = trial.run(products);
      List<Kernel> kernels = new ArrayList<>();
      for (int i = 0; i < outcomes.size(); i++) {
        KernelTrial.Outcome outcome = outcomes.get(i);
        kernels.add(
            new Kernel(
                products.get(i).dtype(),
                outcome.name(),
                outcome.milliseconds(),
                outcome.dropped()));
        if (outcome.ended()) {
          products.get(i).close();
        }
      }
      return new ProductSpeeds(kernels, int8 && attendsFasterInBf16(config, trial));
    }
  }

  private static Tensor bf16(Tensor tensor) {
    return tensor.to(torch.ScalarType.BFloat16);
  }

  private static boolean attendsFasterInBf16(ModelConfig config, KernelTrial trial) {
    Attention attention = new Attention(config);
    List<KernelTrial.Outcome> outcomes =
        trial.run(
            List.of(
                new AttentionTrial(attention, config, Tensors.F32),
                new AttentionTrial(attention, config, torch.ScalarType.BFloat16)));
    // Never where either was dropped, and has no time.
    return outcomes.get(1).milliseconds() < WORTH * outcomes.get(0).milliseconds();
  }
}
