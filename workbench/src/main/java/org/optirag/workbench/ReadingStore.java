package org.optirag.workbench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.JsonFault;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the heads of a bundle said of validation, in the cache. Reading validation at full depth
 * takes minutes, and it says the same whatever the goal: the next calibration of the same bundle
 * takes it from here.
 */
final class ReadingStore {
  /** Raised when the same bundle would be read differently. */
  private static final int VERSION = 1;

  private final Workplace workplace;

  /** The store in the cache of a workplace. */
  ReadingStore(Workplace workplace) {
    this.workplace = workplace;
  }

  /**
   * What decides what the heads say.
   *
   * @param bundle whose tensors and trees are read
   * @param blocks the blocks that heads stand after
   * @param data which data set, made of which files by which rules
   * @param settings how it is run and what is drawn of the data
   */
  record Key(Bundle bundle, List<Integer> blocks, String data, String settings) {
    private Path file(Path directory) {
      StringBuilder all = new StringBuilder();
      all.append(VERSION).append('\n').append(bundle.manifest().backbone()).append('\n');
      bundle.modelFiles().forEach((name, sha256) -> all.append(name).append(' ').append(sha256));
      all.append('\n').append(blocks).append('\n').append(data).append('\n').append(settings);
      String digest = Checksums.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
      return directory.resolve(
          "%s-%s.json.gz".formatted(bundle.dataset().name(), digest.substring(0, 16)));
    }
  }

  /**
   * What was said before, or what is said now, which is kept.
   *
   * @throws org.optirag.workspace.UserException if the cache cannot be written
   */
  HeadReadings require(Key key, Supplier<HeadReadings> now) {
    Path file = key.file(workplace.cache().directory("readings"));
    Optional<HeadReadings> before = read(file);
    if (before.isPresent()) {
      workplace
          .remarks()
          .accept("These heads have read this sample of validation before: taken from " + file);
      return before.get();
    }
    HeadReadings said = now.get();
    AtomicFiles.write(file, out -> write(said, out));
    return said;
  }

  private static void write(HeadReadings said, OutputStream out) throws IOException {
    GZIPOutputStream packed = new GZIPOutputStream(out);
    packed.write(JsonMapper.shared().writeValueAsBytes(said));
    packed.finish();
  }

  private Optional<HeadReadings> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (InputStream in =
        new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      return Optional.of(JsonMapper.shared().readValue(in, HeadReadings.class));
    } catch (IOException | JacksonException e) {
      String why = e instanceof JacksonException json ? JsonFault.told(json) : e.getMessage();
      workplace.remarks().accept(file + " is damaged; validation is read again. It says: " + why);
      return Optional.empty();
    }
  }
}
