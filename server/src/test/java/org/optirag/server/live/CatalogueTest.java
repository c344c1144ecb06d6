package org.optirag.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Field;
import org.optirag.dataset.Untitled;
import org.optirag.recommender.PromptSource.Told;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.live.Catalogue.ItemView;
import org.optirag.server.live.Catalogue.UserView;

class CatalogueTest {
  private static final Town TOWN = Town.of(20261130);

  @Test
  void anItemIsShownWithItsNewestTextsAndHowItWasReceived() {
    try (LiveData live = TOWN.open(new MemoryStore(false))) {
      Catalogue catalogue = live.catalogue();
      ItemView before = catalogue.item("i5").orElseThrow();
      assertThat(before.title()).isEqualTo(Town.title(5));
      assertThat(before.fields()).containsExactly(new Field("genres", "Comedy"));
      long seen = count(5, false);
      assertThat(before.seen()).isEqualTo((int) seen);
      assertThat(before.liked()).isEqualTo((int) count(5, true)).isLessThan((int) seen);
      assertThat(catalogue.item("nothing")).isEmpty();
      live.accept(
          List.of(
              new Event.Described("1", "i5", "New name", List.of()),
              Town.liked("2", "u1", "i5", Town.END + 1),
              Town.liked("3", "u1", "cold", Town.END + 1)));
      assertThat(catalogue.item("i5").orElseThrow().title()).isEqualTo("New name");
      assertThat(catalogue.item("cold").orElseThrow().title()).isEqualTo(Untitled.title("cold"));
      live.renew();
      assertThat(catalogue.item("cold").orElseThrow().title()).isEqualTo(Untitled.title("cold"));
      assertThat(catalogue.itemsBeginning(Untitled.title("cold"), 5))
          .extracting(ItemView::id)
          .containsExactly("cold");
      assertThat(catalogue.item("i5").orElseThrow())
          .isEqualTo(
              new ItemView("i5", "New name", List.of(), before.seen() + 1, before.liked() + 1));
    }
  }

  private static long count(int item, boolean liked) {
    var train = TOWN.split.train();
    return train.filter(row -> train.item(row) == item && (!liked || train.label(row))).size();
  }

  @Test
  void aUserIsShownWithHisLatestBehaviourAndHisEvents() {
    try (LiveData live = TOWN.open(new MemoryStore(false))) {
      Catalogue catalogue = live.catalogue();
      UserView before = catalogue.user("u7", 3).orElseThrow();
      assertThat(before.profile()).containsExactly(new Field("age", "7"));
      assertThat(before.history()).hasSize(3);
      assertThat(before.events()).isZero();
      assertThat(catalogue.user("nobody", 3)).isEmpty();
      live.accept(
          List.of(
              Town.liked("0", "u7", "new", Town.END),
              Town.disliked("1", "u7", "new", Town.END + 1)));
      for (int round = 0; round < 2; round++) {
        UserView after = catalogue.user("u7", 3).orElseThrow();
        assertThat(after.history())
            .endsWith(new Told("new", Untitled.title("new"), false, Town.END + 1));
        assertThat(after.behaviours()).isEqualTo(before.behaviours() + 1);
        assertThat(after.events()).isEqualTo(1);
        live.renew();
      }
    }
  }

  @Test
  void usersAndItemsAreFoundByHowTheyBegin() {
    try (LiveData live = TOWN.open(new MemoryStore(false))) {
      Catalogue catalogue = live.catalogue();
      assertThat(catalogue.usersBeginning("u3", 4)).containsExactly("u3", "u30", "u31", "u32");
      assertThat(catalogue.usersBeginning("z", 4)).isEmpty();
      assertThat(catalogue.itemsBeginning("fIlm 01", 3))
          .extracting(ItemView::id)
          .containsExactly("i10", "i11", "i12");
      live.accept(
          List.of(
              new Event.Described("1", "i10", "Another", List.of()),
              new Event.Described("2", "fresh", "Film 010b", List.of())));
      for (int round = 0; round < 2; round++) {
        assertThat(catalogue.itemsBeginning("Film 01", 3))
            .extracting(ItemView::id)
            .contains("fresh")
            .doesNotContain("i10");
        assertThat(catalogue.itemsBeginning("anoth", 3))
            .extracting(ItemView::id)
            .containsExactly("i10");
        live.renew();
      }
      assertThat(catalogue.exampleUsers(5)).hasSize(5).doesNotHaveDuplicates();
    }
  }

  @Test
  void ofACrowdOfNewTitlesNoMoreAreLookedAtThanAreShown() {
    try (LiveData live = TOWN.open(new MemoryStore(false))) {
      List<Event> told = new ArrayList<>();
      for (int n = 0; n < 20_000; n++) {
        told.add(new Event.Described("d" + n, "n" + n, "Same title", List.of()));
      }
      told.add(new Event.Described("once", "m", "Same title, at first", List.of()));
      told.add(new Event.Described("again", "m", "Renamed", List.of()));
      live.accept(told);
      Catalogue catalogue = live.catalogue();
      for (int round = 0; round < 2; round++) {
        // What was quadratic took minutes for these.
        for (int n = 0; n < 200; n++) {
          assertThat(catalogue.itemsBeginning("sAme", 24))
              .hasSize(24)
              .doesNotHaveDuplicates()
              .allMatch(item -> item.title().equals("Same title"));
        }
        assertThat(catalogue.itemsBeginning("same title, ", 24)).isEmpty();
        assertThat(catalogue.itemsBeginning("rena", 24))
            .extracting(ItemView::id)
            .containsExactly("m");
        live.renew();
      }
    }
  }
}
