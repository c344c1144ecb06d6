package org.optirag.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.dataset.source.Mapping;
import org.optirag.dataset.source.Source;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.recommender.knowledge.Event;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.recommender.knowledge.LiveState;
import org.optirag.retrieval.UserUpdates;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.spark.LocalSpark;
import org.optirag.spark.table.TableFormat;
import org.optirag.spark.table.TableSource;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/**
 * What a user says of an item again: the last counts, in an import, on Spark and in a service
 * alike, in whatever order and however often it is told.
 */
final class RepeatedFeedbackTest {
  private static final int USERS = 12;
  private static final int ITEMS = 9;
  private static final long START = 1_600_000_000L;

  @TempDir private Path directory;

  private record Row(int user, int item, int stars, long time, String request) {
    String csv() {
      return "u%d,i%d,%d,%d,%s".formatted(user, item, stars, time, request);
    }

    Event event(String id) {
      return new Event.Interacted(
          id, "u" + user, "i" + item, stars >= 4, OptionalDouble.of(stars), time);
    }
  }

  /** Everybody and everything, once; then what is drawn. */
  private static List<Row> imported(Random random) {
    List<Row> rows = new ArrayList<>();
    for (int n = 0; n < USERS * ITEMS / 2; n++) {
      rows.add(new Row(n % USERS, n % ITEMS, 1 + random.nextInt(5), START + 7L * n, ""));
    }
    return rows;
  }

  private static List<Row> feedback(Random random, int most) {
    List<Row> rows = new ArrayList<>();
    for (int n = 0; n < most; n++) {
      // before, among and after the imported rows, no two at one time
      long time = START - 3_000 + (most + 1L) * random.nextInt(700) + n;
      rows.add(
          new Row(random.nextInt(USERS), random.nextInt(ITEMS), 1 + random.nextInt(5), time, ""));
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20261130})
  void inAnyOrderAndRepetitionItIsTheImportOfTheFinalState(long seed) throws IOException {
    Random random = new Random(seed);
    List<Row> base = imported(random);
    List<Row> told = feedback(random, 150);
    List<Row> whole = new ArrayList<>(base);
    whole.addAll(told);
    Dataset expected = imported("whole", whole);
    Map<List<Integer>, Row> last = new LinkedHashMap<>();
    for (Row row : whole) {
      last.merge(
          List.of(row.user, row.item), row, (one, other) -> one.time > other.time ? one : other);
    }
    assertThat(rows(imported("final", last.values()))).isEqualTo(rows(expected));
    assertThat(rows(prepared("whole"))).isEqualTo(rows(expected));

    List<Row> arriving = new ArrayList<>(told);
    arriving.addAll(told.subList(0, 60));
    Collections.shuffle(arriving, random);
    Dataset known = imported("base", base);
    LiveState live = live(known);
    for (int n = 0; n < arriving.size(); n++) {
      live.apply(n + 1, START + 1_000_000, arriving.get(n).event("e" + n));
      if (random.nextInt(25) == 0) {
        live.renew(snapshot -> {});
      }
    }
    assertHistories(live, expected, seed);
    live.renew(snapshot -> {});
    assertHistories(live, expected, seed);
    assertFigures(live.state().snapshot(), expected, seed);
  }

  /** Also where times are the same: then what is told last, or stands last in the file. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void atFewTimesTheOrderWithinATimeDecidesAndNoOther(long seed) throws IOException {
    Random random = new Random(seed);
    List<Row> base = imported(random);
    List<Row> told = new ArrayList<>();
    for (int n = 0; n < 200; n++) {
      long time = START + 7L * random.nextInt(60); // as those imported have
      told.add(
          new Row(random.nextInt(USERS), random.nextInt(ITEMS), 1 + random.nextInt(5), time, ""));
    }
    List<Row> whole = new ArrayList<>(base);
    whole.addAll(told);
    Dataset expected = imported("whole", whole);
    assertThat(rows(prepared("whole"))).as("seed %d", seed).isEqualTo(rows(expected));
    List<Row> arriving = shuffledAmongTimes(told, random);
    assertThat(rows(imported("arriving", withBase(base, arriving)))).isEqualTo(rows(expected));
    LiveState live = live(imported("base", base));
    for (int n = 0; n < arriving.size(); n++) {
      live.apply(n + 1, START + 1_000_000, arriving.get(n).event("e" + n));
      if (random.nextInt(30) == 0) {
        live.renew(snapshot -> {});
      }
    }
    assertHistories(live, expected, seed);
    live.renew(snapshot -> {});
    assertHistories(live, expected, seed);
    assertFigures(live.state().snapshot(), expected, seed);
  }

  private static List<Row> withBase(List<Row> base, List<Row> told) {
    return Stream.concat(base.stream(), told.stream()).toList();
  }

  /** In another order, but for rows of one time. */
  private static List<Row> shuffledAmongTimes(List<Row> rows, Random random) {
    Map<Long, ArrayDeque<Row>> ofTime = new LinkedHashMap<>();
    rows.forEach(row -> ofTime.computeIfAbsent(row.time, any -> new ArrayDeque<>()).add(row));
    List<Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, random);
    shuffled.replaceAll(row -> Objects.requireNonNull(ofTime.get(row.time)).remove());
    return shuffled;
  }

  private static LiveState live(Dataset data) {
    Interactions none = data.interactions().filter(row -> false);
    return new LiveState(data, new Split(data.interactions(), none, none));
  }

  private static void assertHistories(LiveState live, Dataset expected, long seed) {
    VisibleHistory all = visible(expected);
    for (int user = 0; user < USERS; user++) {
      UserUpdates updates = new UserUpdates(user, live.state().delta().of(user), false);
      VisibleHistory now = live.state().snapshot().visible().with(updates);
      for (long time : new long[] {START + 300, START + 50_000, Long.MAX_VALUE}) {
        assertThat(now.history(user, time, 1_000))
            .as("seed %d, user %d", seed, user)
            .isEqualTo(all.history(user, time, 1_000));
        assertThat(now.likes(user, time, 4)).isEqualTo(all.likes(user, time, 4));
      }
      assertThat(now.countOfUser(user)).isEqualTo(all.countOfUser(user));
    }
  }

  private static VisibleHistory visible(Dataset data) {
    Interactions none = data.interactions().filter(row -> false);
    return VisibleHistory.of(data, new Split(data.interactions(), none, none));
  }

  /** To the last bit. */
  private static void assertFigures(KnowledgeSnapshot found, Dataset expected, long seed) {
    assertThat(rows(found.data())).as("seed %d", seed).isEqualTo(rows(expected));
    Interactions none = expected.interactions().filter(row -> false);
    KnowledgeSnapshot whole =
        KnowledgeSnapshot.of(expected, new Split(expected.interactions(), none, none));
    int[] items = IntStream.range(0, ITEMS).toArray();
    for (int user = 0; user < USERS; user++) {
      assertThat(figures(found, user, items))
          .as("seed %d, user %d", seed, user)
          .isEqualTo(figures(whole, user, items));
    }
    for (int item : items) {
      assertThat(found.received(item)).isEqualTo(whole.received(item));
    }
    assertThat(found.graph().edges()).isEqualTo(whole.graph().edges());
  }

  private static List<String> figures(KnowledgeSnapshot of, int user, int[] items) {
    long now = of.end();
    return Stream.of(
            of.features().of(user, items, now),
            of.behaviour().of(of.visible(), of.data().items(), user, items, now),
            of.latent().of(of.visible(), of.data().items(), user, items, now))
        .map(Arrays::deepToString)
        .toList();
  }

  @Test
  void ofEventsAtOneTimeTheLastToldCounts() throws IOException {
    List<Row> base = imported(new Random(5));
    List<Row> whole = new ArrayList<>(base);
    for (int stars : new int[] {5, 1, 5, 2}) {
      whole.add(new Row(3, 4, stars, START + 9_000, ""));
    }
    Dataset expected = imported("whole", whole);
    assertThat(rows(prepared("whole"))).isEqualTo(rows(expected));
    LiveState live = live(imported("base", base));
    for (int n = base.size(); n < whole.size(); n++) {
      live.apply(n, START + 1_000_000, whole.get(n).event("e" + n));
    }
    assertHistories(live, expected, 5);
    live.renew(snapshot -> {});
    assertFigures(live.state().snapshot(), expected, 5);
  }

  @Test
  void whatWasShownInRequestsStandsForItselfHoweverOften() throws IOException {
    List<Row> base = new ArrayList<>(imported(new Random(6)));
    for (int request = 0; request < 3; request++) {
      for (int item = 0; item < 4; item++) {
        base.add(new Row(2, item, item == request ? 5 : 1, START + 5_000 + request, "r" + request));
      }
    }
    List<Row> told =
        List.of(
            new Row(2, 1, 5, START + 7_000, ""),
            new Row(2, 1, 1, START + 7_001, ""),
            new Row(2, 3, 5, START + 4_000, ""));
    List<Row> whole = new ArrayList<>(base);
    whole.addAll(told);
    Dataset expected = imported("whole", whole);
    LiveState live = live(imported("base", base));
    for (int n = 0; n < told.size(); n++) {
      live.apply(n + 1, START + 1_000_000, told.get(n).event("e" + n));
    }
    assertHistories(live, expected, 6);
    live.renew(snapshot -> {});
    assertHistories(live, expected, 6);
    assertFigures(live.state().snapshot(), expected, 6);
  }

  private Dataset imported(String name, Iterable<Row> rows) throws IOException {
    StringBuilder csv = new StringBuilder("who,what,stars,at,shown\n");
    boolean requests = false;
    for (Row row : rows) {
      csv.append(row.csv()).append('\n');
      requests |= !row.request.isEmpty();
    }
    Files.writeString(directory.resolve(name + ".csv"), csv);
    Path yaml = directory.resolve(name + ".yaml");
    Files.writeString(
        yaml,
        """
        name: %s
        interactions: {file: %s.csv, user: who, item: what, rating: stars, time: at%s}
        rules: {liked-from: 4}
        """
            .formatted(name, name, requests ? ", request: shown" : ""));
    Source source = Mapping.source(yaml, directory);
    return new DatasetStore(new CacheDirectory(directory.resolve("cache-" + name)))
        .importSource(source, source.rules(), Progress.silent())
        .load();
  }

  private Dataset prepared(String name) {
    Output output =
        new Output(
            LocalSpark.session(),
            directory.resolve("prepared-" + name).toString(),
            TableFormat.PARQUET);
    TableSource source = TableSource.read(directory.resolve(name + ".yaml"), directory.toString());
    Preparation.run(LocalSpark.session(), source, output);
    return ImportedDataset.open(directory.resolve("prepared-" + name)).load();
  }

  private static List<String> rows(Dataset data) {
    Interactions all = data.interactions();
    return IntStream.range(0, all.size())
        .mapToObj(row ->
            "%s %s %s %s %d %d"
                .formatted(
                    data.users().ids().id(all.user(row)),
                    data.items().ids().id(all.item(row)),
                    all.rating(row),
                    all.label(row),
                    all.time(row),
                    all.request(row)))
        .toList();
  }
}
