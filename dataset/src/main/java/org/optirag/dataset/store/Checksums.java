package org.optirag.dataset.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What names the content of a file. */
final class Checksums {
  private Checksums() {}

  static List<Manifest.SourceFile> of(List<Path> files) throws IOException {
    List<Manifest.SourceFile> sums = new ArrayList<>();
    for (Path file : files) {
      sums.add(
          new Manifest.SourceFile(
              String.valueOf(file.getFileName()), Files.size(file), sha256(file)));
    }
    return sums;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
