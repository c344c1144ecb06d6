package org.optirag.backbone.weights;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * The head that llama.cpp's converter gives a Qwen3 reranker: copies of the output embedding's rows
 * of the tokens yes and no. Where the output is the embedding, they are in the model anyway.
 */
final class RerankerHead {
  static final String TENSOR = "cls.output.weight";

  /** The copies may be of another number type. */
  private static final double ALIKE = 0.99;

  private RerankerHead() {}

  /** Whether a file's head is a copy of two rows of its embedding, and so is not needed. */
  static boolean isInEmbedding(GgufFile file) {
    GgufFile.Tensor head = file.tensors().get(TENSOR);
    GgufFile.Tensor embedding = file.tensors().get("token_embd.weight");
    List<String> tokens = file.texts("tokenizer.ggml.tokens");
    int yes = tokens.indexOf("yes");
    int no = tokens.indexOf("no");
    if (head == null || embedding == null || file.tensors().containsKey("output.weight")) {
      return false;
    }
    long[] shape = head.shape();
    boolean fits =
        shape.length == 2
            && shape[0] == 2
            && embedding.shape().length == 2
            && shape[1] == embedding.shape()[1]
            && Math.min(yes, no) >= 0
            && Math.max(yes, no) < embedding.shape()[0];
    return fits && alike(file, head, 0, embedding, yes) && alike(file, head, 1, embedding, no);
  }

  private static boolean alike(
      GgufFile file, GgufFile.Tensor a, int rowOfA, GgufFile.Tensor b, int rowOfB) {
    float[] x = row(file, a, rowOfA);
    float[] y = row(file, b, rowOfB);
    double product = 0;
    double ofX = 0;
    double ofY = 0;
    for (int i = 0; i < x.length; i++) {
      product += (double) x[i] * y[i];
      ofX += (double) x[i] * x[i];
      ofY += (double) y[i] * y[i];
    }
    return product >= ALIKE * Math.sqrt(ofX * ofY) && Math.abs(ofX - ofY) <= 0.05 * ofY;
  }

  private static float[] row(GgufFile file, GgufFile.Tensor tensor, int row) {
    long columns = tensor.shape()[1];
    GgufType type = tensor.type();
    long bytes = columns / type.blockSize() * type.blockBytes();
    float[] values = new float[Math.toIntExact(columns)];
    file.read(
        new GgufFile.Tensor(
            tensor.name(), type, new long[] {1, columns}, tensor.position() + row * bytes),
        FloatBuffer.wrap(values));
    return values;
  }
}
