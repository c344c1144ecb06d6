package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.source.Formats;
import org.optirag.dataset.source.Source;

/** An import and a check say which rows are likes, and why; and what a split has twice. */
class LabelsTest {
  private static final String MAPPING =
      "name: t\ninteractions: {file: r.csv, user: u, item: i%s}\n";

  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    StringBuilder rows = new StringBuilder("u,i,r,c\n");
    for (int n = 0; n < 40; n++) {
      rows.append("u%d,i%d,%d,%d\n".formatted(n % 4, n, 1 + n % 5, n == 0 ? 1 : 0));
    }
    files = new GivenFiles(temporary).file("r.csv", rows.toString());
  }

  @Test
  void whichRatingsAreLikesIsSaidAndWhy() throws IOException {
    String rating = ", rating: r";
    assertThat(labels(MAPPING.formatted(rating)))
        .isEqualTo(
            "16 of 40 interactions are likes (40.0 %): a rating of 4.0 or more, the default where"
                + " the mapping has no 'liked-from'");
    assertThat(labels(MAPPING.formatted(rating) + "rules: {liked-from: 4}\n"))
        .isEqualTo(
            "16 of 40 interactions are likes (40.0 %): a rating of 4.0 or more, as the mapping"
                + " says");
    assertThat(labels(MAPPING.formatted(", click: c")))
        .isEqualTo("1 of 40 interactions are likes (2.5 %): as the column of clicks says");
    assertThat(labels(MAPPING.formatted("")))
        .isEqualTo(
            "40 of 40 interactions are likes (100.0 %): every row is one, since neither ratings nor"
                + " clicks are read");
  }

  @Test
  void aFormsOwnThresholdAndOneAskedForAreToldApart() throws IOException {
    GivenFiles recbole =
        new GivenFiles(java.nio.file.Files.createDirectory(temporary.resolve("other")))
            .file(
                "s.inter",
                "user_id:token\titem_id:token\trating:float\na\tx\t3.5\na\ty\t3\nb\tx\t5\n");
    Source source = Formats.recognise(recbole.directory());
    assertThat(recbole.imported(source).manifest().labels())
        .isEqualTo(
            "2 of 3 interactions are likes (66.7 %): a rating of 3.5 or more, the default of the"
                + " form recbole");
    assertThat(recbole.checked(source, source.rules().withLikedFrom(5)).labels())
        .isEqualTo("1 of 3 interactions are likes (33.3 %): a rating of 5.0 or more, as asked for");
  }

  @Test
  void fewLikesAndFewOthersAreNoted() throws IOException {
    assertThat(notes(MAPPING.formatted(", click: c")))
        .contains(
            "only 2.5 % of the interactions are likes, so little can be learned of the likes; check"
                + " what the clicks mean");
    files.file("r.csv", rated(1, 5));
    assertThat(notes(MAPPING.formatted(", rating: r")))
        .contains(
            "only 3.3 % of the interactions are likes (from a rating of 4.0 on), so little can be"
                + " learned of the likes; check the threshold");
    files.file("r.csv", rated(5, 1));
    assertThat(notes(MAPPING.formatted(", rating: r")))
        .contains(
            "as many as 96.7 % of the interactions are likes (from a rating of 4.0 on), so little"
                + " can be learned of the others; check the threshold");
    assertThat(notes(MAPPING.formatted(", rating: r") + "rules: {liked-from: 1}\n"))
        .as("all are the same")
        .noneMatch(note -> note.contains("as many as"));
  }

  private static String rated(int most, int one) {
    StringBuilder rows = new StringBuilder("u,i,r\nu,first," + one + "\n");
    for (int n = 1; n < 30; n++) {
      rows.append("u%d,i%d,%d\n".formatted(n % 3, n, most));
    }
    return rows.toString();
  }

  @Test
  void pairsInSeveralPartsOfASplitAreToldApartFromOtherRepeats() throws IOException {
    String header = "user_id:token\titem_id:token\ttimestamp:float\n";
    files
        .file("s.train.inter", header + "a\tx\t1\na\tx\t2\nb\ty\t3\nb\tz\t4\nc\tw\t5\n")
        .file("s.valid.inter", header + "b\tz\t6\nc\tx\t7\n")
        .file("s.test.inter", header + "b\ty\t8\nb\tz\t9\nc\ty\t10\n");
    Source source = Formats.recognise(files.directory());
    for (List<String> notes :
        List.of(files.imported(source).manifest().notes(), files.checked(source).notes())) {
      assertThat(notes)
          .contains(
              "1 pairs of user and item stand in several parts of the split (train, test); of"
                  + " each only the last row counts",
              "1 pairs of user and item stand in several parts of the split (train, validation,"
                  + " test); of each only the last row counts");
    }
    assertThat(files.checked(source).reasons())
        .containsEntry("the same user and item stand in another row; the last one counts", 1L)
        .containsEntry(
            "the same user and item stand in another part of the split; the last row counts", 3L);
    assertThat(GivenFiles.rows(files.imported(source)))
        .contains("b y NaN + 8 TEST", "b z NaN + 9 TEST")
        .hasSize(6);
  }

  @Test
  void ofRequestsInSeveralPartsAllRowsCountAndThatIsSaid() throws IOException {
    files
        .file("a.csv", "u,i,c,t,q\nu,x,1,1,p\nu,y,0,1,p\n")
        .file("b.csv", "u,i,c,t,q\nu,x,0,2,p\nu,z,1,2,p\n");
    String table = "- {file: %s.csv, user: u, item: i, click: c, time: t, request: q, part: %s}\n";
    String mapping =
        "name: t\ninteractions:\n" + table.formatted("a", "train") + table.formatted("b", "test");
    ImportedDataset imported = files.mapped(mapping);
    assertThat(GivenFiles.rows(imported)).hasSize(4);
    assertThat(imported.manifest().notes())
        .contains(
            "1 pairs of user and item stand in several parts of the split (train, test), each in"
                + " a request of its own, so that what is learned of the one row gives the other"
                + " away");
    assertThat(files.mapped(mapping.replace("part: test", "part: train")).manifest().notes())
        .noneMatch(note -> note.contains("several parts"));
  }

  private String labels(String mapping) throws IOException {
    String checked = files.checked(files.source(mapping)).labels();
    assertThat(files.mapped(mapping).manifest().labels()).isEqualTo(checked);
    return String.valueOf(checked);
  }

  private List<String> notes(String mapping) throws IOException {
    List<String> checked = files.checked(files.source(mapping)).notes();
    assertThat(files.mapped(mapping).manifest().notes()).isEqualTo(checked);
    return checked;
  }
}
