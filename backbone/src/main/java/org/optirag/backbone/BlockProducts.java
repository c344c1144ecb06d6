package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;

/** The matrix products of a block by one kernel, with all that they cost besides. */
final class BlockProducts implements KernelTrial.Contestant, AutoCloseable {
  /** Arithmetic of a run, so that large models take no longer than small ones. */
  private static final double OPERATIONS = 0.7e9;

  private static final int MOST_ROWS = 128;
  private static final int LEAST_ROWS = 8;

  /** Larger matrices are cut to so many rows and columns. */
  private static final long MOST_SIDE = 4096;

  private static final int SMALL_ROWS = 32;
  private static final long SMALL_SIDE = 512;
  private static final int GREATEST_INPUT = 127;

  /** What sums of whole numbers in f32 may be off by, of the largest. */
  private static final double WHOLE = 1e-5;

  /** What the rounding of inputs to bf16 may change of a sum, of the largest. */
  private static final double ROUNDED = 0.05;

  private static final long SEED = 20261130;

  /**
   * What is multiplied.
   *
   * @param weights [out, in], f32, a block's
   * @param inputs [rows, in], f32, as many
   */
  record Inputs(List<Tensor> weights, List<Tensor> inputs) {
    static Inputs of(ModelConfig config) {
      List<long[]> shapes =
          MatrixThroughput.shapes(config).stream()
              .map(shape ->
                  new long[] {Math.min(shape[0], MOST_SIDE), Math.min(shape[1], MOST_SIDE)})
              .toList();
      double operations = shapes.stream().mapToDouble(shape -> 2.0 * shape[0] * shape[1]).sum();
      int rows = (int) Math.clamp(OPERATIONS / operations, LEAST_ROWS, MOST_ROWS);
      List<Tensor> weights = new ArrayList<>();
      List<Tensor> inputs = new ArrayList<>();
      for (long[] shape : shapes) {
        weights.add(random(shape[0], shape[1]));
        inputs.add(random(rows, shape[1]));
      }
      return new Inputs(weights, inputs);
    }

    private static Tensor random(long rows, long columns) {
      return whole(rows, columns, 1 << 20).div(new Scalar((double) (1 << 20)));
    }
  }

  /** Whole numbers from -most to most that look random and are the same at every call, f32. */
  private static Tensor whole(long rows, long columns, int most) {
    return Tensors.filled(
        new long[] {rows, columns},
        buffer -> {
          SplittableRandom random = new SplittableRandom(SEED + columns);
          while (buffer.hasRemaining()) {
            buffer.put(random.nextInt(-most, most + 1));
          }
        });
  }

  private final DType dtype;
  private final String name;
  private final int greatest;
  private final Inputs inputs;
  private final Function<Tensor, Matrix> matrix;
  private final List<Matrix> matrices = new ArrayList<>();
  private final Tensor smallInput;
  private final Tensor smallResult;
  private final @Nullable RuntimeException impossible;
  private @Nullable Matrix small;

  /** Products in floating point. */
  BlockProducts(DType dtype, String name, Function<Tensor, Matrix> matrix, Inputs inputs) {
    this(dtype, name, matrix, 1, inputs);
  }

  /** Products in 8 bits. */
  BlockProducts(Int8Kernel kernel, Inputs inputs) {
    this(
        DType.INT8,
        kernel.label(),
        weight -> Int8Matrix.of(weight, kernel, Tensors.F32),
        kernel.greatestWeight(),
        inputs);
  }

  /**
   * @param greatest of the whole weights that it has to multiply exactly
   */
  private BlockProducts(
      DType dtype, String name, Function<Tensor, Matrix> matrix, int greatest, Inputs inputs) {
    this.dtype = dtype;
    this.name = name;
    this.greatest = greatest;
    this.inputs = inputs;
    this.matrix = matrix;
    Tensor first = inputs.weights.getFirst();
    long out = Math.min(first.size(0), SMALL_SIDE);
    long in = Math.min(first.size(1), SMALL_SIDE);
    int input = dtype == DType.INT8 ? GREATEST_INPUT : 1;
    smallInput = extremes(whole(SMALL_ROWS, in, input), input);
    Tensor smallWeight = extremes(whole(out, in, greatest), greatest);
    smallResult = torch.matmul(wide(smallInput), wide(smallWeight).t()).to(Tensors.F32);
    RuntimeException failure = null;
    try {
      small = matrix.apply(smallWeight);
    } catch (RuntimeException | LinkageError e) {
      failure = new IllegalStateException(e.getMessage(), e);
    }
    impossible = failure;
  }

  /**
   * With rows of nothing but the greatest and the least, whose sums overflow first; and the
   * greatest in every row, so that bringing it to 8 bits changes nothing.
   */
  private static Tensor extremes(Tensor rows, int greatest) {
    rows.narrow(1, 0, 1).fill_(new Scalar((double) greatest));
    rows.narrow(0, 0, 2).fill_(new Scalar((double) greatest));
    rows.narrow(0, 2, 1).fill_(new Scalar((double) -greatest));
    return rows;
  }

  DType dtype() {
    return dtype;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public @Nullable String tryOut() {
    if (impossible != null) {
      throw impossible;
    }
    Tensor found = product(Objects.requireNonNull(small), smallInput);
    double error = found.to(Tensors.F32).sub_(smallResult).abs_().max().item_double();
    double most = (dtype == DType.BF16 ? ROUNDED : WHOLE) * smallResult.abs().max().item_double();
    return error <= most ? null : "its sums are off"; // also where the error is NaN
  }

  private static Tensor wide(Tensor tensor) {
    return tensor.to(torch.ScalarType.Double);
  }

  @Override
  public void prepare() {
    for (Tensor weight : inputs.weights) {
      matrices.add(matrix.apply(weight));
    }
    run();
  }

  @Override
  public void run() {
    for (int i = 0; i < matrices.size(); i++) {
      product(matrices.get(i), inputs.inputs.get(i));
    }
  }

  private static Tensor product(Matrix matrix, Tensor x) {
    return matrix.times(x.to(matrix.input()));
  }

  @Override
  public void close() {
    matrices.forEach(Matrix::close);
    matrices.clear();
    if (small != null) {
      small.close();
      small = null;
    }
  }
}
