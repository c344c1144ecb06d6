package org.optirag.dataset.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HtmlEntitiesTest {
  @Test
  void everyNameOfHtmlIsKnown() throws IOException {
    List<String> lines;
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    HtmlEntitiesTest.class.getResourceAsStream("html-references.tsv")),
                StandardCharsets.UTF_8))) {
      lines = in.lines().filter(line -> !line.startsWith("#")).toList();
    }
    assertThat(lines).hasSize(2125);
    for (String line : lines) {
      String[] cells = line.split("\t");
      String expected =
          Arrays.stream(cells[1].split(" "))
              .map(code -> Character.toString(Integer.parseInt(code, 16)))
              .collect(Collectors.joining());
      assertThat(HtmlEntities.decode("a &" + cells[0] + " b"))
          .as(cells[0])
          .isEqualTo("a " + expected.replace('\u00A0', ' ') + " b");
    }
  }

  @Test
  void numbersAreReadAsBrowsersReadThem() {
    assertThat(HtmlEntities.decode("Cafe&#233; &#xE9;&#XE9; &#8482; &#128512;"))
        .isEqualTo("Cafeé éé ™ 😀");
    assertThat(HtmlEntities.decode("&#145;1999&#150;2001&#146; &#128;5 &#153;"))
        .as("Windows-1252")
        .isEqualTo("‘1999–2001’ €5 ™");
  }

  @Test
  void whatWasEncodedTwiceIsDecodedTwice() {
    assertThat(HtmlEntities.decode("Pok&amp;eacute;mon")).isEqualTo("Pokémon");
    assertThat(HtmlEntities.decode("A &amp;amp;amp; B")).isEqualTo("A & B");
    assertThat(HtmlEntities.decode("it&amp;#39;s &amp;lt;XL&amp;gt;")).isEqualTo("it's <XL>");
  }

  @Test
  void textThatOnlyLooksLikeAReferenceStays() {
    for (String text :
        List.of(
            "AT&T",
            "R&D; x",
            "R&GT Records",
            "Q&A",
            "Marks & Spencer",
            "&;",
            "&#;",
            "&#x;",
            "a&b;c",
            "&nosuchname;",
            "fish &copy chips",
            "100 % & more; again")) {
      assertThat(HtmlEntities.decode(text)).isEqualTo(text);
    }
  }

  @Test
  void aReferenceToNoCharacterStaysAsItIs() {
    for (String text :
        List.of("&#0;", "&#1;", "&#27;", "&#129;", "&#xD800;", "&#xFFFFFF;", "&#9999999;")) {
      assertThat(HtmlEntities.decode(text)).isEqualTo(text);
    }
  }
}
