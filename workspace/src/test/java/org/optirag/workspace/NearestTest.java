package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> KNOWN = List.of("customer", "item_id", "title", "facts.maker");

  @Test
  void aTypoFindsItsName() {
    assertThat(Nearest.to("custmer", KNOWN)).contains("customer");
    assertThat(Nearest.to("tilte", KNOWN)).contains("title");
    assertThat(Nearest.to("facts.make", KNOWN)).contains("facts.maker");
  }

  @Test
  void caseAndPunctuationDoNotCount() {
    assertThat(Nearest.to("ItemId", KNOWN)).contains("item_id");
    assertThat(Nearest.to("CUSTOMER", KNOWN)).contains("customer");
  }

  @Test
  void aNameThatIsNearNothingFindsNone() {
    assertThat(Nearest.to("price", KNOWN)).isEmpty();
    assertThat(Nearest.to("x", KNOWN)).isEmpty();
    assertThat(Nearest.to("", KNOWN)).isEmpty();
    assertThat(Nearest.question("price", KNOWN)).isEmpty();
    assertThat(Nearest.question("titel", KNOWN)).isEqualTo("Did you mean 'title'? ");
  }
}
