package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArticleTest {
  @Test
  void theArticleFitsHowTheNounIsSpoken() {
    for (String noun :
        List.of("item", "article", "app", "Album", "episode", "outfit", "hour", "uninstaller")) {
      assertThat(Article.of(noun)).as(noun).isEqualTo("an");
    }
    for (String noun :
        List.of(
            "movie",
            "film",
            "book",
            "product",
            "game",
            "unit",
            "user",
            "utensil",
            "one-pot meal",
            "university course",
            "house",
            "")) {
      assertThat(Article.of(noun)).as(noun).isEqualTo("a");
    }
  }
}
