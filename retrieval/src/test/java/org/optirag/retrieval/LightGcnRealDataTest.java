package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.optirag.workspace.Progress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recall@20 and NDCG@20 on real data, means of three seeds, within 3 % of PyTorch's means of more,
 * on the same splits, which src/test/reference/lightgcn_real_data.py describes. Skipped where the
 * data, which may not be passed on, do not lie beside the checkout.
 */
class LightGcnRealDataTest {
  private static final Path DATA =
      Path.of(Objects.requireNonNullElse(System.getenv("OPTIRAG_TEST_DATA"), "../../shared/data"));
  private static final int GOWALLA_USERS = 1000;
  private static final int SEEDS = 3;

  /** Pairs numbered as the reference numbers them. */
  private record Pairs(Graph train, Graph test) {
    static Pairs of(List<int[]> train, List<int[]> test, int users, int items) {
      return new Pairs(graph(train, users, items), graph(test, users, items));
    }

    private static Graph graph(List<int[]> pairs, int users, int items) {
      return Graph.ofEdges(
          pairs.stream().mapToInt(pair -> pair[0]).toArray(),
          pairs.stream().mapToInt(pair -> pair[1]).toArray(),
          users,
          items);
    }

    String sha256() throws NoSuchAlgorithmException {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Graph part : List.of(train, test)) {
        String name = part == train ? "train" : "test";
        for (int user = 0; user < part.users(); user++) {
          for (int item : part.itemsOf(user)) {
            String line = name + " " + user + " " + item + "\n";
            digest.update(line.getBytes(StandardCharsets.US_ASCII));
          }
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  @Test
  void ranksMovieLens100kAsPyTorchDoes() throws Exception {
    List<int[]> liked =
        read("movielens-100k/u.data.gz").stream().filter(rating -> rating[2] >= 4).toList();
    assertRanksAsPyTorchDoes(
        "movielens",
        Pairs.of(
            liked.stream().filter(pair -> !heldOut(pair)).map(LightGcnRealDataTest::less1).toList(),
            liked.stream()
                .filter(LightGcnRealDataTest::heldOut)
                .map(LightGcnRealDataTest::less1)
                .toList(),
            943,
            1682));
  }

  private static boolean heldOut(int[] rating) {
    return (rating[0] + rating[1]) % 5 == 0;
  }

  private static int[] less1(int[] rating) {
    return new int[] {rating[0] - 1, rating[1] - 1};
  }

  @Test
  void ranksACutOfGowallaAsPyTorchDoes() throws Exception {
    List<int[]> train = gowalla("train");
    Set<Integer> known = new TreeSet<>(train.stream().map(pair -> pair[1]).toList());
    int[] ids = known.stream().mapToInt(Integer::intValue).toArray();
    assertRanksAsPyTorchDoes(
        "gowalla",
        Pairs.of(
            numbered(train, ids),
            numbered(
                gowalla("test").stream().filter(pair -> known.contains(pair[1])).toList(), ids),
            GOWALLA_USERS,
            ids.length));
  }

  /** Lines "user item item …" as pairs, of the first users. */
  private static List<int[]> gowalla(String part) throws IOException {
    return read("gowalla/" + part + ".txt.gz").stream()
        .filter(line -> line[0] < GOWALLA_USERS)
        .flatMap(line -> Arrays.stream(line).skip(1).mapToObj(item -> new int[] {line[0], item}))
        .toList();
  }

  private static List<int[]> numbered(List<int[]> pairs, int[] ids) {
    return pairs.stream()
        .map(pair -> new int[] {pair[0], Arrays.binarySearch(ids, pair[1])})
        .toList();
  }

  private static void assertRanksAsPyTorchDoes(String name, Pairs pairs) throws Exception {
    JsonNode golden = golden();
    JsonNode expected = golden.path(name);
    assertThat(pairs.sha256())
        .as("the reference's split")
        .isEqualTo(expected.path("sha256").asString());
    double recall = 0;
    double ndcg = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      LightGcnTrainer.Settings settings =
          new LightGcnTrainer.Settings(
              golden.path("dimension").asInt(),
              golden.path("layers").asInt(),
              golden.path("learningRate").asDouble(),
              golden.path("regularization").asDouble(),
              golden.path("batch").asInt(),
              expected.path("epochs").asInt(),
              0,
              1,
              seed);
      Graph none = Graph.empty(pairs.train().users(), pairs.train().items());
      LightGcn model =
          LightGcnTrainer.train(pairs.train(), none, settings, Progress.silent()).model();
      RankingMetrics metrics = RankingMetrics.of(model, pairs.train(), pairs.test(), 20);
      recall += metrics.recall() / SEEDS;
      ndcg += metrics.ndcg() / SEEDS;
    }
    System.out.printf(
        Locale.ROOT,
        "%s: Recall@20 %.4f, NDCG@20 %.4f; PyTorch %.4f, %.4f%n",
        name,
        recall,
        ndcg,
        expected.path("recall").asDouble(),
        expected.path("ndcg").asDouble());
    Percentage near = Percentage.withPercentage(3);
    assertThat(recall).as("Recall@20").isCloseTo(expected.path("recall").asDouble(), near);
    assertThat(ndcg).as("NDCG@20").isCloseTo(expected.path("ndcg").asDouble(), near);
  }

  private static JsonNode golden() throws IOException {
    try (InputStream json =
        LightGcnRealDataTest.class.getResourceAsStream("/golden/lightgcn-real-data.json")) {
      return JsonMapper.shared().readTree(Objects.requireNonNull(json));
    }
  }

  private static List<int[]> read(String name) throws IOException {
    Path file = DATA.resolve(name);
    assumeTrue(Files.isRegularFile(file), () -> "the data may not be passed on: no " + file);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
      return lines
          .lines()
          .map(line ->
              Stream.of(line.strip().split("\\s+", -1)).mapToInt(Integer::parseInt).toArray())
          .toList();
    }
  }
}
