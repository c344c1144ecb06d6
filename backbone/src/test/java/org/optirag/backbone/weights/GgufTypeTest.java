package org.optirag.backbone.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every number type against the gguf package; src/test/reference/gguf_blocks.py made the values.
 */
final class GgufTypeTest {

  @ParameterizedTest
  @EnumSource
  void everyTypeIsReadAsTheGgufPackageReadsIt(GgufType type) throws URISyntaxException {
    try (GgufFile file = GgufFile.open(golden("blocks.gguf"));
        SafetensorsFile golden = SafetensorsFile.open(golden("blocks.safetensors"))) {
      GgufFile.Tensor tensor = Objects.requireNonNull(file.tensors().get(type.name()));
      assertThat(tensor.type()).isEqualTo(type);
      assertThat(tensor.shape()).containsExactly(2, 512);
      FloatBuffer values = FloatBuffer.allocate(1024);
      file.read(tensor, values);
      float[] expected = golden.read(type.name());
      float largest = 0;
      for (float value : expected) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertThat(largest).isPositive();
      for (int i = 0; i < expected.length; i++) {
        // The package adds and multiplies in another order; a misread bit is far more.
        assertThat(values.get(i))
            .as("%s, value %d", type, i)
            .isCloseTo(expected[i], org.assertj.core.api.Assertions.within(3e-6f * largest));
      }
    }
  }

  private static Path golden(String name) throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(GgufTypeTest.class.getResource("/golden/gguf/" + name)).toURI());
  }
}
