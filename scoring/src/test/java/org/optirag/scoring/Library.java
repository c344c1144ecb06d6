package org.optirag.scoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Users;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.Evidence;
import org.optirag.retrieval.Neighbour;
import org.optirag.retrieval.Retrieved;

/** Made-up users, books and retrievals. */
final class Library {
  private Library() {}

  /** A data set of one user with a profile and of books with the given titles. */
  static Dataset books(List<String> titles) {
    return new Dataset(
        "books",
        "book",
        new Users(new IdIndex(List.of("u")), List.of(List.of(new Field("age", "33")))),
        new Items(
            new IdIndex(IntStream.range(0, titles.size()).mapToObj(i -> "b" + i).toList()),
            titles,
            titles.stream().map(title -> List.of(new Field("genre", "Novel"))).toList()),
        new Interactions(new int[0], new int[0], new float[0], new boolean[0], new long[0]));
  }

  static Behaviour behaviour(int item, boolean liked) {
    return new Behaviour(item, liked ? 5 : 1, liked, item);
  }

  /** A retrieval of random size. */
  static Retrieved random(Random random, int items, int candidates) {
    List<Behaviour> history = behaviours(random, items, random.nextInt(60));
    List<Neighbour> neighbours = new ArrayList<>();
    for (int n = random.nextInt(6); n > 0; n--) {
      neighbours.add(new Neighbour(0, n / 6f, behaviours(random, items, random.nextInt(8))));
    }
    List<Evidence> evidence = new ArrayList<>();
    for (int c = 0; c < candidates; c++) {
      int seen = random.nextInt(50);
      evidence.add(
          new Evidence(
              behaviours(random, items, random.nextInt(5)), random.nextInt(4), 1, seen, seen / 2));
    }
    return new Retrieved(history, neighbours, evidence);
  }

  private static List<Behaviour> behaviours(Random random, int items, int count) {
    return random.ints(count, 0, items).mapToObj(i -> behaviour(i, random.nextBoolean())).toList();
  }
}
