package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.optirag.backbone.weights.ModelConfig;

/**
 * A block's matrix products and nothing else, on random numbers: the speed that a forward pass on
 * this machine cannot exceed.
 */
public final class MatrixThroughput implements AutoCloseable {
  private static final torch.ScalarType BF16 = torch.ScalarType.BFloat16;

  private record Product(Tensor input, Matrix weight) {}

  private final List<Product> products = new ArrayList<>();
  private final Owned owned = new Owned();

  /**
   * Prepares the products of a batch.
   *
   * @param config gives the matrices' shapes
   * @param tokens rows of the batch
   */
  public MatrixThroughput(ModelConfig config, DType dtype, int tokens) {
    Libtorch.load();
    try (PointerScope scope = new PointerScope()) {
      for (long[] shape : shapes(config)) {
        Matrix weight = owned.take(matrix(torch.randn(shape[0], shape[1]), dtype, config));
        Tensor input = owned.hold(weight.prepared(torch.randn(tokens, shape[1])));
        products.add(new Product(input, weight));
      }
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /** As a model that is loaded to score has it. */
  private static Matrix matrix(Tensor weight, DType dtype, ModelConfig config) {
    return switch (dtype) {
      case F32 -> new FloatMatrix(Tensors.hold(weight));
      case BF16 ->
          PackedMatrix.available()
              ? PackedMatrix.of(weight.to(BF16))
              : new FloatMatrix(Tensors.hold(weight.to(BF16)));
      case INT8 -> {
        ProductSpeeds speeds = ProductSpeeds.of(config);
        yield Int8Matrix.of(weight, speeds.int8(), speeds.mixing());
      }
      case AUTO -> throw new IllegalArgumentException("no number type");
    };
  }

  /** [out, in] of the products of q with k and v, of the output, of gate with up, and of down. */
  static List<long[]> shapes(ModelConfig config) {
    long q = (long) config.heads() * config.headSize();
    long kv = (long) config.kvHeads() * config.headSize();
    return List.of(
        new long[] {q + 2 * kv, config.hidden()},
        new long[] {config.hidden(), q},
        new long[] {2L * config.intermediate(), config.hidden()},
        new long[] {config.hidden(), config.intermediate()});
  }

  /** Floating-point operations of all blocks for one token, attention aside. */
  public static double operationsPerToken(ModelConfig config) {
    return 2.0
        * config.blocks()
        * shapes(config).stream().mapToLong(shape -> shape[0] * shape[1]).sum();
  }

  /** Computes one block's products. */
  public void run() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      for (Product product : products) {
        product.weight.multiply(product.input);
      }
    }
  }

  @Override
  public void close() {
    products.clear();
    owned.close();
  }
}
