package org.optirag.scoring.bundle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.optirag.dataset.IdIndex;

/**
 * Which users and items a bundle was trained on: the sha256 of their ids in the order of their
 * numbers, a line each.
 *
 * @param users how many
 * @param items how many
 */
public record DataFingerprint(int users, String usersSha256, int items, String itemsSha256) {
  /** The fingerprint of some ids. */
  public static DataFingerprint of(IdIndex users, IdIndex items) {
    return new DataFingerprint(users.size(), sha256(users), items.size(), sha256(items));
  }

  private static String sha256(IdIndex ids) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String id : ids.ids()) {
        digest.update(id.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
