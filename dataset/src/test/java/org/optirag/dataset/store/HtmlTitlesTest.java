package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlTitlesTest {
  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files = new GivenFiles(temporary);
  }

  @Test
  void amazonsTitlesAreRead() throws IOException {
    files.resource("html-entities", "Toys.jsonl", "meta_Toys.jsonl");
    assertThat(files.imported().load().items().titles())
        .containsExactly("Pokémon & Friends™", "Hero’s Quest – Box®", "Tom's Cafeé <XL>");
  }

  @Test
  void titlesAndFieldsOfEveryFormAreDecoded() throws IOException {
    files
        .file("shop.inter", "user_id:token\titem_id:token\nu\tx\n")
        .file(
            "shop.item",
            "item_id:token\ttitle:token_seq\tbrand:token\nx\tCaf&eacute;\tL&apos;Or&eacute;al\n");
    assertThat(GivenFiles.items(files.imported())).containsExactly("x Café | brand: L'Oréal");
  }

  @Test
  void mappedTextsAreDecodedAndCategoriesKeepTheirLength() throws IOException {
    files
        .file("r.csv", "u,i\nu,x\n")
        .file("i.csv", "i,t,c\nx,Zo&euml; &amp;ndash; AT&T,R&amp;D; x\n");
    assertThat(
            GivenFiles.items(
                files.mapped(
                    """
                    name: shop
                    interactions: {file: r.csv, user: u, item: i}
                    items: {file: i.csv, id: i, title: t, fields: {c: c}}
                    """)))
        .containsExactly("x Zoë – AT&T | c: R&D; x");
  }

  @Test
  void usersFieldsAreDecoded() throws IOException {
    files.file("r.csv", "u,i\nu,x\n").file("u.csv", "u,c\nu,K&ouml;ln\n");
    assertThat(
            files
                .mapped(
                    """
                    name: shop
                    interactions: {file: r.csv, user: u, item: i}
                    users: {file: u.csv, id: u, fields: {city: c}}
                    """)
                .load()
                .users()
                .profiles()
                .get(0)
                .get(0)
                .value())
        .isEqualTo("Köln");
  }
}
