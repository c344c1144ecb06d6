package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;

class RecBoleFilesTest {
  private static final String HEADER = "user_id:token\titem_id:token\ttimestamp:float\n";

  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files = new GivenFiles(temporary);
  }

  @Test
  void theColumnLabelIsTheClick() throws IOException {
    ImportedDataset clicks = files.resource("recbole-label", "clicks.inter").imported();
    assertThat(GivenFiles.rows(clicks))
        .containsExactly("1 10 NaN + 100", "1 11 NaN - 101", "2 10 NaN - 102", "2 11 NaN + 103");
  }

  @Test
  void aLabelBesideARatingDecidesAndTheRatingIsKept() throws IOException {
    files.file(
        "shop.inter",
        "user_id:token\titem_id:token\trating:float\tlabel:float\ttimestamp:float\n"
            + "u\ta\t5\t0.0\t1\nu\tb\t1\t1e0\t2\n");
    assertThat(GivenFiles.rows(files.imported())).containsExactly("u a 5.0 - 1", "u b 1.0 + 2");
  }

  @Test
  void aTextFileInCapitalsIsNotPassedOverInSilence() throws IOException {
    files.file("shop.inter", HEADER + "u\ta\t1\nu\tb\t2\n");
    files.file("shop.ITEM", "item_id:token\ttitle:token_seq\na\tSoap\n");
    assertThat(files.imported().manifest().notes())
        .contains("shop.ITEM is not read: it would have to be called shop.item");
  }

  @Test
  void anEmptyPartOfASplitIsNamed() throws IOException {
    for (String empty : new String[] {"train", "valid", "test"}) {
      for (String part : new String[] {"train", "valid", "test"}) {
        files.file(
            "shop." + part + ".inter", part.equals(empty) ? "" : HEADER + "u\ta\t1\nu\tb\t2\n");
      }
      assertThatThrownBy(files::imported)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("shop." + empty + ".inter is empty");
    }
  }

  @Test
  void whatAMappingWouldMendSpeaksOfNoneThatIsThere() throws IOException {
    files.file("shop.inter", "user_id:token\titem_id:token\trating:float\nu\ta\t4,5\n");
    assertThatThrownBy(files::imported)
        .hasMessageContaining("a mapping reads commas by decimal: \",\"");
    files.file("shop.inter", "usr_id:token\titem_id:token\nu\ta\n");
    assertThatThrownBy(files::imported)
        .hasMessageContaining("Did you mean 'usr_id'? Name one of these in a mapping");
  }

  @Test
  void aLabelThatIsNoneIsToldByItsLine() throws IOException {
    files.file("shop.inter", "user_id:token\titem_id:token\tlabel:float\nu\ta\t1\nu\tb\t0.5\n");
    assertThatThrownBy(files::imported)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("line 3: the click is '0.5', expected 0, 1, true or false");
  }

  @Test
  void aSplitIsKeptAsTheDatasOwn() throws IOException {
    ImportedDataset shop =
        files
            .resource("recbole-presplit", "shop.train.inter", "shop.valid.inter", "shop.test.inter")
            .file("shop.item", "item_id:token\ttitle:token_seq\nx\tSoap\n")
            .imported();
    assertThat(shop.manifest().name()).isEqualTo("shop");
    assertThat(GivenFiles.rows(shop))
        .containsExactly(
            "a x NaN + 1 TRAIN",
            "a y NaN + 2 TRAIN",
            "b x NaN + 3 TRAIN",
            "b z NaN + 4 TRAIN",
            "c w NaN + 5 TRAIN",
            "a z NaN + 6 VALIDATION",
            "b y NaN + 7 VALIDATION",
            "a w NaN + 8 TEST",
            "c x NaN + 9 TEST");
    assertThat(shop.load().items().titles()).contains("Soap");
  }

  @Test
  void aSplitWithoutValidationOrNameIsReadToo() throws IOException {
    files.file("train.inter", HEADER + "a\tx\t1\n").file("test.inter", HEADER + "a\ty\t2\n");
    ImportedDataset imported = files.imported();
    assertThat(imported.manifest().name()).isEqualTo("data");
    assertThat(GivenFiles.rows(imported)).containsExactly("a x NaN + 1 TRAIN", "a y NaN + 2 TEST");
  }

  @Test
  void partsWithoutTimesKeepTheirPlaceInTheSplit() throws IOException {
    String header = "user_id:token\titem_id:token\n";
    files
        .file("shop.train.inter", header + "a\tx\nb\ty\n")
        .file("shop.valid.inter", header + "a\ty\n")
        .file("shop.test.inter", header + "a\tz\n");
    assertThat(GivenFiles.rows(files.imported()))
        .containsExactly(
            "a x NaN + 1 TRAIN", "b y NaN + 2 TRAIN", "a y NaN + 5 VALIDATION", "a z NaN + 6 TEST");
  }

  @Test
  void halfASplitIsRefused() throws IOException {
    files.file("shop.train.inter", HEADER + "a\tx\t1\n");
    assertThatThrownBy(files::imported)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("shop.train.inter")
        .hasMessageContaining("not a whole split");
  }

  @Test
  void partsOfUnlikeColumnsAreRefused() throws IOException {
    files
        .file("shop.train.inter", "user_id:token\titem_id:token\tlabel:float\na\tx\t0\n")
        .file("shop.test.inter", "user_id:token\titem_id:token\na\ty\n");
    assertThatThrownBy(files::imported)
        .hasMessageContaining("shop.test.inter has the columns [user_id, item_id]")
        .hasMessageContaining("same columns");
  }

  @Test
  void severalFilesOfInteractionsAreNotChosenFromInSilence() throws IOException {
    files.file("a.inter", HEADER + "a\tx\t1\n").file("b.inter", HEADER + "a\ty\t1\n");
    assertThatThrownBy(files::imported)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a.inter, b.inter")
        .hasMessageContaining("part:");
  }

  @Test
  void theWholeBesideItsPartsIsRefused() throws IOException {
    files
        .resource("recbole-presplit", "shop.train.inter", "shop.valid.inter", "shop.test.inter")
        .file("shop.inter", HEADER + "a\tx\t1\n");
    assertThatThrownBy(files::imported).hasMessageContaining("several kinds");
  }

  @Test
  void severalFilesOfOtherFormsAreNotChosenFromEither() throws IOException {
    files.file("ratings-a.dat", "1::1::5::100\n").file("ratings-b.dat", "2::1::5::100\n");
    assertThatThrownBy(files::imported)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("several files of ratings: ratings-a.dat, ratings-b.dat");
  }

  @Test
  void severalCategoriesOfAmazonAreNotChosenFromEither() throws IOException {
    for (String category : new String[] {"Toys", "Books"}) {
      files.file(category + ".jsonl", "{}\n").file("meta_" + category + ".jsonl", "{}\n");
    }
    assertThatThrownBy(files::imported)
        .hasMessageContaining("several files of reviews: Books.jsonl, Toys.jsonl");
  }

  @Test
  void aPlainFileBesideItsZippedSelfIsOneFile() throws IOException {
    files.file("ratings.dat", "1::1::5::100\n").file("ratings.dat.gz", new byte[] {0});
    assertThat(GivenFiles.rows(files.imported())).containsExactly("1 1 5.0 + 100");
  }

  @Test
  void listsOfEarlierItemsAreRefusedWithTheWayOut() throws IOException {
    files.file("shop.inter", "user_id:token\titem_id_list:token_seq\titem_id:token\nu\ta b\tc\n");
    assertThatThrownBy(files::imported)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("item_id_list")
        .hasMessageContaining("history: item_id_list");
  }

  @Test
  void columnsAndFilesThatAreNotReadAreSaid() throws IOException {
    files
        .file(
            "shop.inter",
            "user_id:token\titem_id:token\ttimestamp:float\tuseful:float\nu\ta\t1\t3\n")
        .file("shop.kg", "head_id:token\n")
        .file("goods.item", "item_id:token\n");
    assertThat(files.imported().manifest().notes())
        .contains(
            "of shop.inter the columns [useful] are not read; a mapping may",
            "shop.kg is not read: OptiRAG has no use for it",
            "goods.item is not read: it would have to be called shop.item");
  }
}
