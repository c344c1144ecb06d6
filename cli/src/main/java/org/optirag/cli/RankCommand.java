package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.LlmScorer;
import org.optirag.evaluation.StageTimes;
import org.optirag.retrieval.Behaviour;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Score;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.Pipeline;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code optirag rank}: one request, explained. */
@Command(
    name = "rank",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Ranks items for a user by click probability and explains it: the prompt as the model reads"
          + " it, the similar users whose behaviour it tells, the probabilities and the times.",
      ""
    },
    footer = {"", "Example: optirag rank --user 42 --items 50,181,258 --retriever gcn"})
final class RankCommand implements Callable<Integer> {
  private static final int BAR = 30;

  @Mixin private CommonOptions common;
  @Mixin private PipelineOptions options;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description =
          "A name in the cache, or one that can be pulled; default the bundle's, or"
              + " movielens-100k.")
  private @Nullable String dataset;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "A trained model; it ranks instead of the LLM as it was published.")
  private @Nullable Path bundle;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      defaultValue = "chosen",
      description = "Exit policy of the bundle: chosen, none, or any; default chosen.")
  private String policy = "chosen";

  @Option(names = "--user", paramLabel = "ID", required = true, description = "The user's id.")
  private String user;

  @Option(
      names = "--items",
      split = ",",
      paramLabel = "ID",
      required = true,
      description = "The candidates' ids, separated by commas.")
  private List<String> items;

  @Option(
      names = "--retriever",
      paramLabel = "NAME",
      defaultValue = "gcn",
      description = "none, recent, popular, bm25, semantic or gcn; default ${DEFAULT-VALUE}.")
  private String retriever = "gcn";

  @Option(
      names = "--time",
      paramLabel = "SECONDS",
      description = "As of this moment (seconds since 1970); default after all that is known.")
  private @Nullable Long time;

  /** A ranked candidate. */
  record Ranked(
      int rank, String id, String title, double probability, int exitBlock, List<Head> heads) {}

  /** What one head said. */
  record Head(int block, double probability) {}

  /** A similar user. */
  record Similar(String id, float similarity, List<String> liked) {}

  /** All of it, as JSON has it. */
  record Explanation(
      String user,
      String scorer,
      long time,
      List<Ranked> ranking,
      List<Similar> neighbours,
      String context,
      List<String> candidates,
      List<StageTimes.StageTime> milliseconds) {}

  @Override
  public Integer call() {
    Bundle trained = bundle == null ? null : Bundle.open(bundle);
    String data =
        dataset != null ? dataset : trained != null ? trained.dataset().name() : "movielens-100k";
    try (Pipeline pipeline = Pipeline.open(data, trained, options.settings(), common.workplace())) {
      Explanation explanation = explain(pipeline, scorer(pipeline, trained));
      if (common.json()) {
        common.printJson(explanation);
      } else {
        print(common.out(), explanation);
      }
    }
    return 0;
  }

  private LlmScorer scorer(Pipeline pipeline, @Nullable Bundle trained) {
    if (trained == null) {
      return pipeline.zeroShot(retriever);
    }
    ExitPolicy exit = policy.equals("chosen") ? trained.plan().policy() : ExitPolicy.parse(policy);
    return pipeline.trained(exit.text(), exit);
  }

  private Explanation explain(Pipeline pipeline, LlmScorer scorer) {
    Dataset data = pipeline.data();
    int number = number(data.users().ids(), user, "user", data.name());
    int[] candidates =
        items.stream()
            .distinct()
            .mapToInt(id -> number(data.items().ids(), id.strip(), "item", data.name()))
            .toArray();
    long moment = time == null ? afterAll(data.interactions()) : time;
    scorer.answer(number, candidates, moment, new StageTimes()); // warms up
    StageTimes times = new StageTimes();
    LlmScorer.Answer answer = scorer.answer(number, candidates, moment, times);
    List<Ranked> ranking = new ArrayList<>();
    List<Integer> order =
        IntStream.range(0, candidates.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> -answer.scores().get(i).probability()))
            .toList();
    for (int i : order) {
      Score score = answer.scores().get(i);
      ranking.add(
          new Ranked(
              ranking.size() + 1,
              data.items().ids().id(candidates[i]),
              data.items().title(candidates[i]),
              score.probability(),
              score.exitBlock(),
              score.trace().stream().map(r -> new Head(r.block(), r.probability())).toList()));
    }
    return new Explanation(
        user,
        scorer.name(),
        moment,
        ranking,
        neighbours(answer, data),
        pipeline.tokenizer().decode(answer.prompt().tokens().context()),
        order.stream()
            .map(i -> pipeline.tokenizer().decode(answer.prompt().tokens().candidates().get(i)))
            .toList(),
        times.stages());
  }

  private static long afterAll(Interactions interactions) {
    return interactions.size() == 0 ? 0 : interactions.time(interactions.size() - 1) + 1;
  }

  private static int number(IdIndex ids, String id, String what, String dataset) {
    return ids.number(id)
        .orElseThrow(() ->
            new UserException(
                "There is no %s \"%s\" in %s.".formatted(what, id, dataset),
                "Its %d %ss begin with %s."
                    .formatted(ids.size(), what, ids.ids().stream().limit(5).toList())));
  }

  private static List<Similar> neighbours(LlmScorer.Answer answer, Dataset data) {
    // One with nothing to tell takes no room, and is not told of.
    return answer.retrieved().neighbours().stream()
        .filter(neighbour -> !neighbour.behaviours().isEmpty())
        .limit(answer.prompt().neighboursTold())
        .map(neighbour ->
            new Similar(
                data.users().ids().id(neighbour.user()),
                neighbour.similarity(),
                neighbour.behaviours().stream()
                    .filter(Behaviour::liked)
                    .map(behaviour -> data.items().title(behaviour.item()))
                    .toList()))
        .toList();
  }

  private static void print(PrintWriter out, Explanation explanation) {
    out.println("Context, read once:");
    out.println(indented(explanation.context()));
    for (int i = 0; i < explanation.candidates().size(); i++) {
      out.println("Candidate " + (i + 1) + ":");
      out.println(indented(explanation.candidates().get(i)));
    }
    if (!explanation.neighbours().isEmpty()) {
      out.println("Similar users told of:");
      for (Similar similar : explanation.neighbours()) {
        out.printf(
            Locale.ROOT,
            "  user %s, cosine %.3f: %s%n",
            similar.id(),
            similar.similarity(),
            String.join("; ", similar.liked()));
      }
      out.println();
    }
    for (Ranked ranked : explanation.ranking()) {
      String bar = "#".repeat((int) Math.round(BAR * ranked.probability()));
      out.printf(
          Locale.ROOT,
          "%3d. %.4f %-" + BAR + "s %s (%s), block %d%n",
          ranked.rank(),
          ranked.probability(),
          bar,
          ranked.title(),
          ranked.id(),
          ranked.exitBlock());
    }
    out.println();
    out.println(
        explanation.milliseconds().stream()
            .map(stage -> String.format(Locale.ROOT, "%s %.1f ms", stage.stage(), stage.mean()))
            .collect(Collectors.joining(", ")));
    out.flush();
  }

  private static String indented(String text) {
    return text.lines().map(line -> "  | " + line).collect(Collectors.joining("\n"));
  }
}
