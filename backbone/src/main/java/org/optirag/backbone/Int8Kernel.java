package org.optirag.backbone;

import org.bytedeco.pytorch.Tensor;

/**
 * The ways to multiply 8-bit numbers. Which of them are exact, and which is fastest, depends on the
 * processor: one that multiplies tiles (AMX) takes signed inputs; VNNI takes unsigned ones, and
 * signed ones run for seconds in reference code there; without either, sums of pairs are kept in 16
 * bits, which only weights of 7 bits cannot overflow. {@link ProductSpeeds} finds out.
 */
enum Int8Kernel {
  ONEDNN_SIGNED("oneDNN, signed", 127) {
    @Override
    Int8Product pack(Tensor weight, Tensor scales) {
      return Int8Product.OneDnn.of(weight, scales, 0);
    }
  },
  ONEDNN_UNSIGNED("oneDNN, unsigned", 127) {
    @Override
    Int8Product pack(Tensor weight, Tensor scales) {
      return Int8Product.OneDnn.of(weight, scales, 128);
    }
  },
  ONEDNN_7_BITS("oneDNN, weights of 7 bits", 63) {
    @Override
    Int8Product pack(Tensor weight, Tensor scales) {
      return Int8Product.OneDnn.of(weight, scales, 128);
    }
  },
  FBGEMM("FBGEMM", 127) {
    @Override
    Int8Product pack(Tensor weight, Tensor scales) {
      return Int8Product.Fbgemm.of(weight, scales, 128);
    }
  },
  FBGEMM_7_BITS("FBGEMM, weights of 7 bits", 63) {
    @Override
    Int8Product pack(Tensor weight, Tensor scales) {
      return Int8Product.Fbgemm.of(weight, scales, 128);
    }
  },
  PLAIN("_int_mm", 127) {
    @Override
    Int8Product pack(Tensor weight, Tensor scales) {
      return Int8Product.Plain.of(weight, scales);
    }
  };

  private final String label;
  private final int greatestWeight;

  Int8Kernel(String label, int greatestWeight) {
    this.label = label;
    this.greatestWeight = greatestWeight;
  }

  /** Its name in tables. */
  String label() {
    return label;
  }

  /** The greatest size of a weight. */
  int greatestWeight() {
    return greatestWeight;
  }

  /**
   * Weights as its products read them.
   *
   * @param weight [out, in], 8-bit integers; still the caller's, like the scales
   * @param scales of the rows, [out, 1], f32
   * @throws RuntimeException if this libtorch lacks it
   */
  abstract Int8Product pack(Tensor weight, Tensor scales);
}
