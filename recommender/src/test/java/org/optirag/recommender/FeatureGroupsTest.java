package org.optirag.recommender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Split;
import org.optirag.dataset.Users;
import org.optirag.recommender.FeatureGroups.Kind;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.SimilarityFigures;
import org.optirag.retrieval.sequence.SequenceFile;
import org.optirag.retrieval.text.SentenceModel;
import org.optirag.retrieval.text.SentenceModelStore;
import org.optirag.retrieval.text.TextSimilarity;
import org.optirag.retrieval.text.TfIdf;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.bundle.TrainedSequence;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

class FeatureGroupsTest {
  private static final long SEED = 20261201;
  private static final int USERS = 6;
  private static final int ITEMS = 12;
  private static final int ROWS = 300;
  private static final String[] WORDS = {"red", "blue", "house", "river", "night"};

  private final Dataset data = data();
  private final Split split = data.split();
  private final KnowledgeSnapshot snapshot = KnowledgeSnapshot.of(data, split);
  private final FeatureGroups groups = new FeatureGroups(data);

  @TempDir Path folder;

  private CacheDirectory cache() {
    return new CacheDirectory(folder);
  }

  private SentenceModelStore embedders() {
    return new SentenceModelStore(cache());
  }

  private static Dataset data() {
    Random random = new Random(SEED);
    int[] users = random.ints(ROWS, 0, USERS).toArray();
    int[] items = random.ints(ROWS, 0, ITEMS).toArray();
    boolean[] labels = new boolean[ROWS];
    long[] times = new long[ROWS];
    float[] ratings = new float[ROWS];
    for (int row = 0; row < ROWS; row++) {
      labels[row] = random.nextBoolean();
      times[row] = 1_000_000L + row * 3_600L;
    }
    List<String> titles =
        IntStream.range(0, ITEMS)
            .mapToObj(i -> WORDS[random.nextInt(5)] + " " + WORDS[random.nextInt(5)])
            .toList();
    List<List<Field>> fields =
        IntStream.range(0, ITEMS)
            .mapToObj(i -> List.of(new Field("genre", WORDS[random.nextInt(5)])))
            .toList();
    return new Dataset(
        "walks",
        "walk",
        new Users(
            ids("u", USERS), IntStream.range(0, USERS).mapToObj(u -> List.<Field>of()).toList()),
        new Items(ids("i", ITEMS), titles, fields),
        new Interactions(users, items, ratings, labels, times));
  }

  private static IdIndex ids(String prefix, int count) {
    return new IdIndex(IntStream.range(0, count).mapToObj(i -> prefix + i).toList());
  }

  private FeatureGroups.Reader reading(FeatureGroups of, List<String> names) {
    return of.reading(
        names,
        new TrainedSequence(data, split, null, SEED, cache(), Progress.silent()),
        cache(),
        Progress.silent());
  }

  @Test
  void namesTellFiguresApart() {
    List<String> all = FeatureGroups.names(Kind.usual());
    assertThat(all).doesNotHaveDuplicates().hasSizeGreaterThan(CandidateFeatures.NAMES.size());
    assertThat(FeatureGroups.names(Set.of(Kind.GRAPH))).isEqualTo(CandidateFeatures.NAMES);
  }

  @Test
  void figuresStandInTheOrderThatIsAsked() {
    List<String> names = List.of("tfidf_last", "u_n", "hist_n", "tfidf_max", "i_adj");
    long time = split.test().time(0);
    int[] candidates = {3, 0, 7};
    FeatureSource read = reading(groups, names).of(snapshot, snapshot.features());
    float[][] graph = snapshot.features().of(2, candidates, time);
    float[][] counts =
        snapshot.behaviour().of(snapshot.visible(), data.items(), 2, candidates, time);
    float[][] words =
        new TextSimilarity(TfIdf.words(data.items()))
            .of(snapshot.visible(), data.items(), 2, candidates, time);
    List<String> countNames = snapshot.behaviour().names();
    List<String> wordNames = SimilarityFigures.names("tfidf");
    float[][] rows = read.of(2, candidates, time);
    for (int c = 0; c < candidates.length; c++) {
      assertThat(rows[c])
          .as("seed %d, candidate %d", SEED, c)
          .containsExactly(
              words[c][wordNames.indexOf("tfidf_last")],
              graph[c][CandidateFeatures.NAMES.indexOf("u_n")],
              counts[c][countNames.indexOf("hist_n")],
              words[c][wordNames.indexOf("tfidf_max")],
              graph[c][CandidateFeatures.NAMES.indexOf("i_adj")]);
    }
  }

  @Test
  void aCandidatesFiguresDoNotDependOnTheOthers() {
    FeatureSource read =
        reading(groups, FeatureGroups.names(Kind.usual())).of(snapshot, snapshot.features());
    long time = split.test().time(1);
    int[] all = IntStream.range(0, ITEMS).toArray();
    float[][] together = read.of(1, all, time);
    for (int item : all) {
      assertThat(read.of(1, new int[] {item}, time)[0])
          .as("seed %d, item %d", SEED, item)
          .isEqualTo(together[item]);
    }
    assertThat(Arrays.stream(together).anyMatch(row -> row[0] != together[0][0])).isTrue();
  }

  @Test
  void whatNobodyMakesIsNamed() {
    assertThatThrownBy(() -> reading(groups, List.of("i_adj", "taste")))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "The bundle's heads read the feature \"taste\", this OptiRAG computes");
    assertThatThrownBy(() -> Kind.of("smell", embedders()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("\"smell\"");
    assertThat(Kind.of(" TfIdf", embedders())).isEqualTo(Kind.TFIDF);
  }

  @Test
  void anEmbedderOfOnesOwnIsAKindOfFigures() throws IOException {
    SentenceModel.OnnxFile added = embedders().add(files());
    Kind own = Kind.of("Own", embedders());
    assertThat(own.name()).isEqualTo(added.name());
    assertThat(FeatureGroups.names(Set.of(own, Kind.GRAPH, Kind.MINILM)))
        .containsExactlyElementsOf(
            Stream.of(Kind.GRAPH, Kind.MINILM, own)
                .flatMap(kind -> kind.names().stream())
                .toList());

    long time = split.test().time(0);
    int[] candidates = {3, 0, 7};
    assertThat(figures(own, time, candidates))
        .isDeepEqualTo(figures(Kind.MINILM, time, candidates)); // the same files

    Files.delete(folder.resolve("embedders").resolve(added.name()).resolve("pooling"));
    FeatureGroups elsewhere = new FeatureGroups(data);
    assertThatThrownBy(() -> reading(elsewhere, own.names()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(added.name())
        .hasMessageContaining("optirag model embedder");
  }

  @Test
  void modelsOfSequencesAreTrainedForWhoAsksForThemAlone() throws IOException {
    assertThat(Kind.usual()).doesNotContain(Kind.SEQUENCE);
    Path models = cache().root().resolve("sequences");
    reading(groups, FeatureGroups.names(Kind.usual())).close();
    assertThat(models).doesNotExist();
    long time = split.test().time(0);
    TrainedSequence sequence =
        new TrainedSequence(data, split, null, SEED, cache(), Progress.silent());
    try (FeatureGroups.Reader reader =
        groups.reading(Kind.SEQUENCE.names(), sequence, cache(), Progress.silent())) {
      float[][] rows = reader.of(snapshot, snapshot.features()).of(2, new int[] {3, 0, 7}, time);
      for (float[] row : rows) {
        assertThat(Float.isFinite(row[0])).isTrue();
        assertThat(Float.isFinite(row[1])).isTrue();
      }
      assertThat(rows[0]).isNotEqualTo(rows[1]);
    }
    try (Stream<Path> files = Files.list(models)) {
      List<Path> both = files.sorted(Comparator.comparingLong(FeatureGroupsTest::from)).toList();
      assertThat(both).as("of the earlier half, and of the whole").hasSize(2);
      assertThat(from(both.getFirst())).isLessThan(from(both.getLast()));
      assertThat(sequence.file()).as("a bundle brings that of the whole").contains(both.getLast());
    }
  }

  /** The moment from which on a model of sequences is asked. */
  private static long from(Path model) {
    SequenceFile file = SequenceFile.read(model);
    file.reader().close();
    return file.from();
  }

  private float[][] figures(Kind kind, long time, int[] candidates) {
    return reading(groups, kind.names()).of(snapshot, snapshot.features()).of(2, candidates, time);
  }

  /** The files of the embedder that comes with the program. */
  private SentenceModel.OnnxFile files() throws IOException {
    return new SentenceModel.OnnxFile(
        "own",
        copied("all-minilm-l6-v2-q.onnx"),
        copied("all-minilm-l6-v2-q-tokenizer.json"),
        SentenceModel.Pooling.MEAN);
  }

  private Path copied(String resource) throws IOException {
    Path target = folder.resolve(resource);
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/" + resource))) {
      Files.copy(in, target);
    }
    return target;
  }
}
