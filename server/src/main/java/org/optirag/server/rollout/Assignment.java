package org.optirag.server.rollout;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is answered by which bundle. A user's bundle is a function of the id alone, so it is the same
 * on every replica and after a restart.
 *
 * @param primary answers all whom no share covers
 * @param shares percent of the users that others answer, in the order in which they were given
 * @param shadows score what the others answer, and are not served
 */
public record Assignment(String primary, Map<String, Double> shares, List<String> shadows) {
  /** Copies, and checks that the shares leave something to the primary. */
  public Assignment {
    shares = Collections.unmodifiableMap(new LinkedHashMap<>(shares));
    shadows = List.copyOf(shadows);
    double sum = 0;
    for (Map.Entry<String, Double> share : shares.entrySet()) {
      if (!(share.getValue() > 0 && share.getValue() <= 100)) {
        throw new IllegalArgumentException(
            "a share of " + share.getValue() + " percent for " + share.getKey());
      }
      if (share.getKey().equals(primary)) {
        throw new IllegalArgumentException(primary + " is the primary: it has what is left");
      }
      sum += share.getValue();
    }
    if (sum > 100) {
      throw new IllegalArgumentException("shares of " + sum + " percent together");
    }
  }

  /** One bundle for all. */
  public static Assignment of(String primary) {
    return new Assignment(primary, Map.of(), List.of());
  }

  /** The bundle that answers a user. */
  public String answering(String user) {
    double place = place(user);
    double end = 0;
    for (Map.Entry<String, Double> share : shares.entrySet()) {
      end += share.getValue();
      if (place < end) {
        return share.getKey();
      }
    }
    return primary;
  }

  /** Every bundle that it speaks of. */
  public List<String> bundles() {
    List<String> all = new ArrayList<>(List.of(primary));
    all.addAll(shares.keySet());
    all.addAll(shadows);
    return all.stream().distinct().toList();
  }

  /** In [0, 100), evenly. */
  private static double place(String user) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(user.getBytes(StandardCharsets.UTF_8));
      long bits = 0;
      for (int i = 0; i < 6; i++) {
        bits = bits << 8 | (hash[i] & 0xff);
      }
      return 100.0 * bits / (1L << 48);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
