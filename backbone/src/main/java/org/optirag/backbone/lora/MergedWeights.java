package org.optirag.backbone.lora;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.Weights;

/** A model's weights with an adapter added to some matrices as they are read. */
final class MergedWeights implements Weights {
  private final Weights base;
  private final LoraSettings settings;
  private final Map<String, LoraAdapter.Factors> changes = new HashMap<>();

  MergedWeights(Weights base, LoraAdapter adapter) {
    this.base = base;
    this.settings = adapter.settings();
    adapter
        .factors()
        .forEach((site, factors) -> changes.put(site.module().weight(site.block()), factors));
  }

  @Override
  public ModelConfig config() {
    return base.config();
  }

  @Override
  public Set<String> names() {
    return base.names();
  }

  @Override
  public long[] shape(String name) {
    return base.shape(name);
  }

  @Override
  public void read(String name, FloatBuffer target) {
    FloatBuffer values = target.slice();
    base.read(name, target);
    LoraAdapter.Factors change = changes.get(name);
    if (change != null) {
      add(change, values);
    }
  }

  private void add(LoraAdapter.Factors change, FloatBuffer values) {
    int rank = settings.rank();
    int in = change.a().length / rank;
    int out = change.b().length / rank;
    float[] row = new float[in];
    for (int o = 0; o < out; o++) {
      values.get(o * in, row);
      for (int r = 0; r < rank; r++) {
        float factor = (float) (settings.scale() * change.b()[o * rank + r]);
        for (int i = 0; i < in; i++) {
          row[i] += factor * change.a()[r * in + i];
        }
      }
      values.put(o * in, row);
    }
  }

  @Override
  public void close() {
    base.close();
  }
}
