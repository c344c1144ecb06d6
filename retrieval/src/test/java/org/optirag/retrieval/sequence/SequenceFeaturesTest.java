package org.optirag.retrieval.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.SequenceReader;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.ItemTexts;
import org.optirag.dataset.Items;
import org.optirag.dataset.Split;
import org.optirag.dataset.Users;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.UserUpdates;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.retrieval.text.SentenceModel;
import org.optirag.retrieval.text.TextVector;
import org.optirag.retrieval.text.TextVectors;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

class SequenceFeaturesTest {
  private static final long SEED = 20261216;
  private static final int USERS = 30;
  private static final int ITEMS = 12;
  private static final int ROWS = 600;

  /** Vectors of letters: what a text is made of. */
  private static final TextVectors LETTERS =
      new TextVectors() {
        @Override
        public String name() {
          return "letters";
        }

        @Override
        public TextVector of(String text) {
          SplittableRandom random = new SplittableRandom(text.hashCode());
          float[] vector = new float[8];
          for (int d = 0; d < vector.length; d++) {
            vector[d] = (float) random.nextGaussian();
          }
          return new TextVector.Dense(vector);
        }
      };

  private final Dataset data = data();
  private final Split split = data.split();
  private final VisibleHistory visible = VisibleHistory.of(data, split);
  private final long late = data.interactions().time(ROWS - 1) + 100;

  @TempDir Path folder;

  private static Dataset data() {
    Random random = new Random(SEED);
    int[] users = random.ints(ROWS, 0, USERS).toArray();
    int[] items = random.ints(ROWS, 0, ITEMS).toArray();
    boolean[] labels = new boolean[ROWS];
    long[] times = new long[ROWS];
    float[] ratings = new float[ROWS];
    for (int row = 0; row < ROWS; row++) {
      labels[row] = random.nextInt(3) > 0;
      times[row] = 1_000_000L + row * 3_600L;
    }
    return new Dataset(
        "walks",
        "walk",
        new Users(ids("u", USERS), Collections.nCopies(USERS, List.of())),
        new Items(
            ids("i", ITEMS),
            IntStream.range(0, ITEMS).mapToObj(i -> "walk " + i).toList(),
            Collections.nCopies(ITEMS, List.of())),
        new Interactions(users, items, ratings, labels, times));
  }

  private static IdIndex ids(String prefix, int count) {
    return new IdIndex(IntStream.range(0, count).mapToObj(i -> prefix + i).toList());
  }

  private SequenceFile file() {
    return SequenceFile.read(trained(split).half());
  }

  private SequenceStore.Trained trained(Split of) {
    return new SequenceStore(new CacheDirectory(folder))
        .require(data, of, SentenceModel.MINI_LM, LETTERS, SEED, Progress.silent());
  }

  private static void assertKnown(float[][] figures, boolean known) {
    for (float[] row : figures) {
      for (float figure : row) {
        assertThat(Float.isFinite(figure)).isEqualTo(known);
      }
    }
  }

  @Test
  void whatItLearnedFromHasNoFigures() {
    SequenceFile file = file();
    try (SequenceFeatures features = new SequenceFeatures(List.of(file), LETTERS, data.items())) {
      Interactions examples = split.trainExamples();
      assertThat(file.from()).isEqualTo(examples.time(examples.size() / 2));
      int[] candidates = {0, 5, 11};
      assertKnown(features.of(visible, data.items(), 3, candidates, file.from() - 1), false);
      assertKnown(features.of(visible, data.items(), 3, candidates, file.from()), true);
      assertKnown(features.of(visible, data.items(), 3, candidates, late), true);
    }
  }

  @Test
  void whoHasSeenMostAndNotThatMomentIsAsked() {
    SequenceStore.Trained trained = trained(split);
    Interactions train = split.train();
    long end = train.time(train.size() - 1) + 1;
    SequenceFile whole = SequenceFile.read(trained.whole().orElseThrow());
    assertThat(whole.from()).isEqualTo(end);
    assertThat(trained.latest()).isEqualTo(trained.whole().orElseThrow());
    int[] asked = {0, 5, 11};
    try (SequenceFeatures both =
            new SequenceFeatures(List.of(file(), whole), LETTERS, data.items());
        SequenceFeatures half = new SequenceFeatures(List.of(file()), LETTERS, data.items());
        SequenceFeatures alone =
            new SequenceFeatures(
                List.of(SequenceFile.read(trained.latest())), LETTERS, data.items())) {
      float[][] before = both.of(visible, data.items(), 3, asked, end - 1);
      assertThat(before).isEqualTo(half.of(visible, data.items(), 3, asked, end - 1));
      assertKnown(before, true);
      assertKnown(alone.of(visible, data.items(), 3, asked, end - 1), false);
      float[][] after = both.of(visible, data.items(), 3, asked, end);
      assertThat(after).isEqualTo(alone.of(visible, data.items(), 3, asked, end));
      assertThat(after).isNotEqualTo(half.of(visible, data.items(), 3, asked, end));
    }
  }

  @Test
  void whatIsHeldOutAmongTheTrainingPartIsNotLearned() {
    Interactions all = data.interactions();
    Split mixed =
        new Split(
            all.filter(row -> row % 10 < 8),
            all.filter(row -> row % 10 == 8),
            all.filter(row -> row % 10 == 9));
    assertThat(trained(mixed).whole()).isEmpty();
    assertThat(trained(mixed).latest()).isEqualTo(trained(mixed).half());
  }

  @Test
  void aCandidatesFiguresDoNotDependOnTheOthers() {
    try (SequenceFeatures features = new SequenceFeatures(List.of(file()), LETTERS, data.items())) {
      int[] all = IntStream.range(0, ITEMS).toArray();
      float[][] together = features.of(visible, data.items(), 1, all, late);
      for (int item : all) {
        assertThat(features.of(visible, data.items(), 1, new int[] {item}, late)[0])
            .isEqualTo(together[item]);
      }
      assertThat(together[0]).isNotEqualTo(together[1]);
    }
  }

  @Test
  void whatAServiceHeardSinceIsReadAsAnImport() {
    int user = 2;
    Behaviour since = new Behaviour(4, Float.NaN, false, late - 10);
    Interactions all = data.interactions();
    // Of what a user says of an item the last counts.
    Interactions before = all.filter(row -> all.user(row) != user || all.item(row) != since.item());
    int last = before.size();
    Interactions rows =
        new Interactions(
            IntStream.rangeClosed(0, last).map(r -> r < last ? before.user(r) : user).toArray(),
            IntStream.rangeClosed(0, last)
                .map(r -> r < last ? before.item(r) : since.item())
                .toArray(),
            new float[last + 1],
            labels(before, since.liked()),
            IntStream.rangeClosed(0, last)
                .mapToLong(r -> r < last ? before.time(r) : since.time())
                .toArray());
    Dataset grown = new Dataset(data.name(), data.noun(), data.users(), data.items(), rows);
    VisibleHistory imported =
        VisibleHistory.of(grown, new Split(split.train(), split.validation(), split.test()));
    VisibleHistory live = visible.with(new UserUpdates(user, List.of(since), false));
    try (SequenceFeatures features = new SequenceFeatures(List.of(file()), LETTERS, data.items())) {
      int[] asked = IntStream.range(0, ITEMS).toArray();
      float[][] heard = features.of(live, data.items(), user, asked, late);
      assertThat(heard).isEqualTo(features.of(imported, data.items(), user, asked, late));
      assertThat(heard).isNotEqualTo(features.of(visible, data.items(), user, asked, late));
    }
  }

  private static boolean[] labels(Interactions rows, boolean last) {
    boolean[] labels = new boolean[rows.size() + 1];
    for (int row = 0; row < rows.size(); row++) {
      labels[row] = rows.label(row);
    }
    labels[rows.size()] = last;
    return labels;
  }

  @Test
  void anItemThatIsNewIsReadByItsText() {
    ItemTexts grown =
        new ItemTexts() {
          @Override
          public String title(int item) {
            return item < ITEMS ? data.items().title(item) : "walk along the river " + item;
          }

          @Override
          public List<Field> fields(int item) {
            return List.of();
          }
        };
    try (SequenceFeatures features = new SequenceFeatures(List.of(file()), LETTERS, data.items())) {
      float[][] figures = features.of(visible, grown, 1, new int[] {ITEMS, ITEMS + 1}, late);
      assertKnown(figures, true);
      assertThat(figures[0]).isNotEqualTo(figures[1]);
      assertKnown(features.of(visible, grown, USERS + 7, new int[] {ITEMS, 0}, late), true);
    }
  }

  @Test
  void aHistoryIsReadOnceUntilAnItemIsToldAnew() {
    int user = 2;
    int told = visible.history(user, late, 50).getLast().item();
    ItemTexts renamed =
        new ItemTexts() {
          @Override
          public String title(int item) {
            return item == told ? "quite another walk" : data.items().title(item);
          }

          @Override
          public List<Field> fields(int item) {
            return data.items().fields(item);
          }
        };
    int[] asked = {told == 0 ? 1 : 0};
    try (SequenceFeatures features = new SequenceFeatures(List.of(file()), LETTERS, data.items())) {
      float[][] before = features.of(visible, data.items(), user, asked, late);
      long once = features.kept();
      assertThat(features.of(visible, data.items(), user, asked, late)).isEqualTo(before);
      assertThat(features.kept()).as("read again").isEqualTo(once).isPositive();
      float[][] anew = features.of(visible, renamed, user, asked, late);
      assertThat(anew).isNotEqualTo(before);
      try (SequenceFeatures others = new SequenceFeatures(List.of(file()), LETTERS, data.items())) {
        assertThat(anew).isEqualTo(others.of(visible, renamed, user, asked, late));
      }
    }
  }

  @Test
  void itIsTrainedOnceForTheSameDataAndSeed() {
    SequenceStore store = new SequenceStore(new CacheDirectory(folder));
    SequenceStore.Trained first =
        store.require(data, split, SentenceModel.MINI_LM, LETTERS, SEED, Progress.silent());
    Progress refusing =
        (name, total, unit) -> {
          throw new AssertionError("trained again");
        };
    assertThat(store.require(data, split, SentenceModel.MINI_LM, LETTERS, SEED, refusing))
        .isEqualTo(first);
    SequenceStore.Trained other =
        store.require(data, split, SentenceModel.MINI_LM, LETTERS, SEED + 1, Progress.silent());
    assertThat(other.half()).isNotEqualTo(first.half());
    assertThat(other.whole()).isNotEqualTo(first.whole());
  }

  @Test
  void anotherSentenceModelIsRefusedByName() {
    SequenceFile file = file();
    try (SequenceReader reader = file.reader()) {
      file.requireEncoder(SentenceModel.MINI_LM.fingerprint());
      assertThatThrownBy(() -> file.requireEncoder("0123abcd"))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(SentenceModel.MINI_LM.fingerprint())
          .hasMessageContaining("0123abcd");
    }
  }

  @Test
  void onceItIsClosedNothingIsKnown() {
    SequenceFeatures features = new SequenceFeatures(List.of(file()), LETTERS, data.items());
    features.close();
    features.close();
    assertKnown(features.of(visible, data.items(), 1, new int[] {0}, late), false);
  }
}
