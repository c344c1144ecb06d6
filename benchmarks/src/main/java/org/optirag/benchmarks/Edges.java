package org.optirag.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.optirag.retrieval.Graph;

/**
 * Pairs of user and item as read from a file, plain or gzipped.
 *
 * @param u users, a pair each
 * @param i items they liked
 */
record Edges(int[] u, int[] i) {

  /** A split in LightGCN's form, "user item item …" a line; the ids are the numbers. */
  static Edges ofLists(Path file) throws IOException {
    IntStream.Builder u = IntStream.builder();
    IntStream.Builder i = IntStream.builder();
    forEachLine(
        file,
        line -> {
          String[] ids = line.strip().split("\\s+", -1);
          for (int at = 1; at < ids.length; at++) {
            u.add(Integer.parseInt(ids[0]));
            i.add(Integer.parseInt(ids[at]));
          }
        });
    return new Edges(u.build().toArray(), i.build().toArray());
  }

  /** The pairs rated 4 or 5 of a file in MovieLens-1M's form, numbered as they come. */
  static Edges ofRatings(Path file) throws IOException {
    Map<String, Integer> users = new HashMap<>();
    Map<String, Integer> items = new HashMap<>();
    IntStream.Builder u = IntStream.builder();
    IntStream.Builder i = IntStream.builder();
    forEachLine(
        file,
        line -> {
          String[] fields = line.split("::", -1);
          if (Integer.parseInt(fields[2]) >= 4) {
            u.add(users.computeIfAbsent(fields[0], id -> users.size()));
            i.add(items.computeIfAbsent(fields[1], id -> items.size()));
          }
        });
    return new Edges(u.build().toArray(), i.build().toArray());
  }

  private static void forEachLine(Path file, Consumer<String> consumer) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes,
                    StandardCharsets.ISO_8859_1))) {
      lines.lines().forEach(consumer);
    }
  }

  /** One more than the greatest number of a user. */
  int users() {
    return 1 + IntStream.of(u).max().orElse(-1);
  }

  /** One more than the greatest number of an item. */
  int items() {
    return 1 + IntStream.of(i).max().orElse(-1);
  }

  Graph graph(int users, int items) {
    return Graph.ofEdges(u, i, users, items);
  }
}
