package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
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
        Tensor weight = torch.randn(shape[0], shape[1]);
        Tensor input = torch.randn(tokens, shape[1]);
        products.add(
            switch (dtype) {
              case F32 -> new Product(held(input, Tensors.F32), floats(weight, Tensors.F32));
              case BF16 -> new Product(held(input, BF16), bf16(weight));
              case INT8 ->
                  new Product(
                      Tensors.hold(input.mul(new Scalar(30)).to(torch.ScalarType.Char)),
                      Int8Matrix.of(weight));
            });
      }
    }
  }

  private static Matrix bf16(Tensor weight) {
    return PackedMatrix.available() ? PackedMatrix.of(weight.to(BF16)) : floats(weight, BF16);
  }

  private static Matrix floats(Tensor weight, torch.ScalarType type) {
    return new FloatMatrix(held(weight, type));
  }

  private static Tensor held(Tensor tensor, torch.ScalarType type) {
    return Tensors.hold(tensor.to(type));
  }

  /** [out, in] of the products of q with k and v, of the output, of gate with up, and of down. */
  private static List<long[]> shapes(ModelConfig config) {
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
    for (Product product : products) {
      Tensors.release(product.input);
      product.weight.close();
    }
    products.clear();
  }
}
