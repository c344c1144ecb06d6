package org.optirag.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.DType;
import org.optirag.backbone.ExitHead;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.recommender.Ranking;
import org.optirag.recommender.Recommender;
import org.optirag.recommender.knowledge.EventLines;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.BundleContents;
import org.optirag.scoring.bundle.DatasetSchema;
import org.optirag.scoring.bundle.FeatureSchema;
import org.optirag.scoring.bundle.Inference;
import org.optirag.scoring.trees.BoostedTrees;
import org.optirag.spark.LocalSpark;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The same request through the command line, HTTP, a Spark job and Java: one way from bundle and
 * data to probabilities, so they are the same to the last bit.
 */
final class FourDoorsTest {
  private static final Path COMMAND_LINE = Path.of("..", "cli", "target", "optirag");
  private static final String DATA = "movielens-100k";

  /** In the order of their texts, in which a job reads them. */
  private static final List<String> ITEMS = List.of("181", "258", "50");

  private static final List<String> USERS = List.of("42", "196");

  /** The likes of the user, and how alike words are: the doors have to agree on both. */
  private static final String TREES =
      """
      tree
      version=v4
      num_class=1
      num_tree_per_iteration=1
      label_index=0
      max_feature_idx=2
      objective=binary sigmoid:1
      feature_names=hist_n tfidf_max i_adj
      feature_infos=[-9:9] [-9:9] [-9:9]
      tree_sizes=1 1

      Tree=0
      num_leaves=3
      num_cat=0
      split_feature=2 1
      split_gain=30 10
      threshold=0.5 0.1
      decision_type=10 10
      left_child=-1 -2
      right_child=1 -3
      leaf_value=-1 0.5 1
      is_linear=0
      shrinkage=1


      Tree=1
      num_leaves=2
      num_cat=0
      split_feature=0
      split_gain=10
      threshold=%s
      decision_type=10
      left_child=-1
      right_child=-2
      leaf_value=-0.25 0.25
      is_linear=0
      shrinkage=1


      end of trees
      """;

  @TempDir private Path directory;
  private Path bundle = SingleMachine.BUNDLE;
  private String policy = "none";

  @Test
  void theSameRequestHasTheSameProbabilitiesThroughEveryDoor() throws Exception {
    isTheSameThroughEveryDoor();
  }

  @Test
  void soHasARequestThatTreesAnswerInPart() throws Exception {
    policy = "budget:1";
    bundle = directory.resolve("cascade");
    CacheDirectory cache = CacheDirectory.standard();
    new DatasetStore(cache).require(DATA, Progress.silent());
    try (Recommender shipped = recommender(SingleMachine.BUNDLE, "none")) {
      long liked =
          shipped
              .knowledge()
              .state()
              .snapshot()
              .visible()
              .likes(
                  shipped.knowledge().user(USERS.getFirst()).orElseThrow(), Long.MAX_VALUE, 1_000)
              .size();
      // One like more than the user has now: what is told in between has to be counted.
      Bundle.write(bundle, cascade(shipped.bundle(), Math.log1p(liked + 0.5)));
    }
    isTheSameThroughEveryDoor();
  }

  private BundleContents cascade(Bundle shipped, double likes) {
    BundleContents whole = shipped.contents(shipped.plan(), shipped.metrics());
    SortedMap<Integer, ExitHead> heads = new TreeMap<>();
    heads.put(0, ExitHead.ofFeatures(new float[] {1}, 0));
    whole
        .heads()
        .forEach((block, head) ->
            heads.put(
                block,
                new ExitHead(
                    head.norm(), head.epsilon(), head.no(), head.yes(), new float[] {1}, 0)));
    ExitPolicy chosen = ExitPolicy.parse(policy);
    List<Integer> blocks = List.copyOf(heads.keySet());
    TradeOffPoint point =
        new TradeOffPoint(
            chosen, 0.5, Collections.nCopies(blocks.size(), 0), 0.7, 0.7, 0.6, 0.7, 0.5, 0.5);
    DatasetSchema data = whole.dataset();
    return new BundleContents(
        whole.created(),
        whole.backbone(),
        new Inference(
            whole.inference().retriever(),
            whole.inference().split(),
            whole.inference().seed(),
            blocks,
            whole.inference().dtype(),
            whole.inference().data()),
        whole.training(),
        whole.adapter(),
        heads,
        new ExitPlan(
            chosen,
            "for a test",
            Collections.nCopies(blocks.size(), HeadCalibration.IDENTITY),
            TraceScore.LAST,
            new TradeOffCurve(blocks, Collections.nCopies(blocks.size(), 0.7), List.of(point)),
            List.of()),
        whole.graph(),
        Optional.of(BoostedTrees.parse(TREES.formatted(likes), "trees")),
        Optional.empty(),
        new DatasetSchema(
            data.name(),
            data.noun(),
            data.timed(),
            data.rules(),
            data.itemFields(),
            data.userFields(),
            data.prompt(),
            data.template(),
            FeatureSchema.ofTrees(List.of("hist_n", "tfidf_max", "i_adj"))),
        whole.metrics());
  }

  private void isTheSameThroughEveryDoor() throws Exception {
    assumeTrue(Files.isDirectory(COMMAND_LINE), "the command line has not been built");
    CacheDirectory cache = CacheDirectory.standard();
    DatasetStore store = new DatasetStore(cache);
    store.require(DATA, Progress.silent());
    Path data = store.find(DATA).directory();
    Map<String, Map<String, Double>> job = byJob(data, null);
    try (Recommender java = recommender();
        Service service = new Service()) {
      for (String user : USERS) {
        Map<String, Double> own = probabilities(java.rank(user, ITEMS));
        assertThat(own).as("user %s", user).hasSize(ITEMS.size());
        if (user.equals(USERS.getFirst())) {
          assertThat(byCommandLine(user, null)).as("command line, user %s", user).isEqualTo(own);
        }
        assertThat(service.rank(user)).as("HTTP, user %s", user).isEqualTo(own);
        assertThat(job.get(user)).as("job, user %s", user).isEqualTo(own);
      }
      // What the user does next changes the next answer, through whichever door it is told.
      String user = USERS.getFirst();
      Map<String, Double> before = service.rank(user);
      String event =
          ("{\"type\": \"interaction\", \"id\": \"e-1\", \"user\": \"%s\", \"item\": \"172\","
                  + " \"liked\": true, \"time\": 900000000}")
              .formatted(user);
      Path events = Files.writeString(directory.resolve("events.jsonl"), event + "\n");
      service.post("/v1/feedback", event);
      Map<String, Double> after = service.rank(user);
      assertThat(after).isNotEqualTo(before);
      java.tell(EventLines.read(events, 4));
      assertThat(probabilities(java.rank(user, ITEMS))).as("Java").isEqualTo(after);
      assertThat(byCommandLine(user, events)).as("command line").isEqualTo(after);
      assertThat(byJob(data, events).get(user)).as("job").isEqualTo(after);
    }
  }

  private Recommender recommender() {
    return recommender(bundle, policy);
  }

  private static Recommender recommender(Path bundle, String policy) {
    return Recommender.builder(bundle, DATA)
        .dtype(DType.F32)
        .policy(policy)
        .contextCache(0)
        .live()
        .open();
  }

  private static Map<String, Double> probabilities(Ranking ranking) {
    return ranking.items().stream()
        .collect(
            Collectors.toMap(
                Ranking.Item::id, Ranking.Item::probability, (a, b) -> a, TreeMap::new));
  }

  private Map<String, Map<String, Double>> byJob(Path data, @Nullable Path events) {
    SparkSession spark = LocalSpark.session();
    List<Row> rows = new ArrayList<>();
    USERS.forEach(user -> ITEMS.forEach(item -> rows.add(RowFactory.create(user, item))));
    StructType columns =
        new StructType().add("user", DataTypes.StringType).add("item", DataTypes.StringType);
    ScoringSettings settings =
        Scoring.settings(
            bundle.toString(),
            data.toString(),
            null,
            events == null ? null : events.toString(),
            policy,
            DType.F32,
            20);
    Map<String, Map<String, Double>> found = new TreeMap<>();
    for (Row row :
        Scoring.score(spark.createDataFrame(rows, columns), settings, 1).collectAsList()) {
      found
          .computeIfAbsent(row.getString(0), user -> new TreeMap<>())
          .put(row.getString(1), row.getDouble(3));
    }
    return found;
  }

  private Map<String, Double> byCommandLine(String user, @Nullable Path events) throws Exception {
    Path out = directory.resolve("rank.json");
    List<String> command =
        command("rank", "--bundle", bundle.toString(), "--policy", policy, "--json");
    command.addAll(List.of("--dtype", "f32", "--quiet", "--user", user));
    command.addAll(List.of("--items", String.join(",", ITEMS)));
    if (events != null) {
      command.addAll(List.of("--events", events.toString()));
    }
    Path log = directory.resolve("rank.log");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(log.toFile())
            .start();
    assertThat(process.waitFor()).as(() -> read(log)).isZero();
    return probabilities(JsonMapper.shared().readTree(read(out)).get("ranking"), "probability");
  }

  private static Map<String, Double> probabilities(JsonNode ranked, String field) {
    Map<String, Double> found = new TreeMap<>();
    ranked.forEach(each -> found.put(each.get("id").asString(), each.get(field).asDouble()));
    return found;
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx1g", "-cp"));
    command.add(COMMAND_LINE.toAbsolutePath().normalize() + "/*");
    command.add("org.optirag.cli.Main");
    command.addAll(List.of(arguments));
    return command;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** {@code optirag serve} as a process of its own. */
  private final class Service implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI base;
    private final Process process;

    Service() throws Exception {
      int port;
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      base = URI.create("http://127.0.0.1:" + port);
      Path log = directory.resolve("serve.log");
      List<String> command = command("serve", "--bundle", bundle.toString(), "--policy", policy);
      command.addAll(List.of("--dtype", "f32", "--quiet", "--context-cache", "0"));
      command.addAll(List.of("--deadline", "60000", "--port", Integer.toString(port)));
      command.addAll(List.of("--data-dir", directory.resolve("store").toString()));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      while (!isReady()) {
        assertThat(process.isAlive()).as(() -> read(log)).isTrue();
        Thread.sleep(50);
      }
    }

    private boolean isReady() throws InterruptedException {
      try {
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/health/ready")).build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
      } catch (IOException e) {
        return false;
      }
    }

    private JsonNode post(String path, String body) throws Exception {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(base.resolve(path))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return JsonMapper.shared().readTree(answer.body());
    }

    Map<String, Double> rank(String user) throws Exception {
      String candidates =
          ITEMS.stream().map(item -> '"' + item + '"').collect(Collectors.joining(","));
      JsonNode answer =
          post(
              "/v1/rank",
              "{\"user\": \"%s\", \"policy\": \"%s\", \"candidates\": [%s]}"
                  .formatted(user, policy, candidates));
      return probabilities(answer.get("results"), "probability");
    }

    @Override
    public void close() throws Exception {
      process.destroy();
      process.waitFor();
      client.close();
    }
  }
}
