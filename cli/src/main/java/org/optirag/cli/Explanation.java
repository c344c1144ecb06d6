package org.optirag.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.Ranking;
import org.optirag.scoring.Score;

/**
 * What {@code optirag rank} says: the ranking and all that explains it, as JSON has it.
 *
 * @param candidates what the LLM read of each, in the order of the ranking; empty where it did not
 */
record Explanation(
    String user,
    String scorer,
    long time,
    List<Ranked> ranking,
    List<Similar> neighbours,
    String context,
    List<String> candidates,
    List<Stage> milliseconds) {
  private static final int BAR = 30;

  /**
   * A ranked candidate.
   *
   * @param index its place in the request, from 0
   */
  record Ranked(
      int rank,
      String id,
      int index,
      String title,
      double probability,
      int exitBlock,
      List<Head> heads) {}

  /** What one head said. */
  record Head(int block, double probability) {}

  /** How long a stage took, in milliseconds. */
  record Stage(String stage, double mean) {}

  /** A similar user. */
  record Similar(String id, float similarity, List<String> liked) {}

  /**
   * Explains a ranking.
   *
   * @param scorer the exit policy of a bundle, or the retriever of the LLM as it was published
   * @param text what tokens say
   */
  static Explanation of(String user, String scorer, Ranking ranking, Function<int[], String> text) {
    List<Ranked> ranked = new ArrayList<>();
    for (Ranking.Item item : ranking.items()) {
      Score score = item.score();
      ranked.add(
          new Ranked(
              ranked.size() + 1,
              item.id(),
              item.candidate(),
              item.title(),
              score.probability(),
              score.exitBlock(),
              score.trace().stream().map(r -> new Head(r.block(), r.probability())).toList()));
    }
    return new Explanation(
        user,
        scorer,
        ranking.time(),
        ranked,
        ranking.neighbours().stream()
            .map(neighbour ->
                new Similar(
                    neighbour.user(),
                    neighbour.similarity(),
                    neighbour.liked().stream().map(PromptSource.Told::title).toList()))
            .toList(),
        text.apply(ranking.prompt().tokens().context()),
        ranking.items().stream()
            .map(item -> ranking.prompt().tokensOf(item.candidate()).map(text).orElse(""))
            .toList(),
        ranking.stages().entrySet().stream()
            .map(stage -> new Stage(stage.getKey(), stage.getValue().toNanos() / 1e6))
            .toList());
  }

  /** Shows it to a person. */
  void print(PrintWriter out) {
    if (candidates.stream().allMatch(String::isEmpty)) {
      out.println("The features decided every candidate: the LLM read nothing.");
      out.println();
    } else {
      out.println("Context, read once:");
      out.println(indented(context));
    }
    for (int i = 0; i < candidates.size(); i++) {
      if (!candidates.get(i).isEmpty()) {
        out.println("Candidate " + (i + 1) + ":");
        out.println(indented(candidates.get(i)));
      }
    }
    if (!neighbours.isEmpty()) {
      out.println("Similar users told of:");
      for (Similar similar : neighbours) {
        out.printf(
            Locale.ROOT,
            "  user %s, cosine %.3f: %s%n",
            similar.id(),
            similar.similarity(),
            String.join("; ", similar.liked()));
      }
      out.println();
    }
    for (Ranked ranked : ranking) {
      String bar = "#".repeat((int) Math.round(BAR * ranked.probability()));
      out.printf(
          Locale.ROOT,
          "%3d. %.4f %-" + BAR + "s %s (%s), %s%n",
          ranked.rank(),
          ranked.probability(),
          bar,
          ranked.title(),
          ranked.id(),
          ranked.exitBlock() == 0 ? "features" : "block " + ranked.exitBlock());
    }
    out.println();
    out.println(
        milliseconds.stream()
            .map(stage -> String.format(Locale.ROOT, "%s %.1f ms", stage.stage(), stage.mean()))
            .collect(Collectors.joining(", ")));
    out.flush();
  }

  private static String indented(String text) {
    return text.lines().map(line -> "  | " + line).collect(Collectors.joining("\n"));
  }
}
