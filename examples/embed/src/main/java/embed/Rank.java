package embed;

import java.nio.file.Path;
import java.util.List;
import org.optirag.recommender.Ranking;
import org.optirag.recommender.Recommender;

/** Ranks three films for a user of MovieLens-100K, which is downloaded at the first run. */
public final class Rank {
  private Rank() {}

  /** Prints the ranking. */
  public static void main(String[] arguments) {
    Path bundle = Path.of(arguments.length > 0 ? arguments[0] : "bundles/movielens-100k");
    try (Recommender recommender = Recommender.open(bundle, "movielens-100k")) {
      Ranking ranking = recommender.rank("42", List.of("50", "181", "258"));
      for (Ranking.Item item : ranking.items()) {
        System.out.printf("%.4f %s%n", item.probability(), item.title());
      }
    }
  }
}
