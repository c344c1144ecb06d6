package org.optirag.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.IdIndex;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.CandidateLines;
import org.optirag.recommender.RankRequest;
import org.optirag.recommender.Recommender;
import org.optirag.recommender.RequestRanker;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.Pipeline;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workspace.Counted;
import org.optirag.workspace.Nearest;
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
    footer = {
      "",
      "Example: optirag rank --user 42 --items 50,181,258 --retriever gcn",
      "With a text: {\"id\": \"new\", \"title\": \"Dune (2021)\", \"fields\": {\"genres\": \"Drama\"}}"
          + " as a line of FILE, then --items 50 --candidates FILE"
    })
final class RankCommand implements Callable<Integer> {
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
      description =
          "Exit policy of the bundle: chosen, none, or any; default chosen. "
              + PolicyHelp.HEADS
              + " Without a bundle there are no exit heads, and every candidate is read to the last layer.")
  private @Nullable String policy;

  @Option(names = "--user", paramLabel = "ID", required = true, description = "The user's id.")
  private String user;

  @Option(
      names = "--items",
      split = ",",
      paramLabel = "ID",
      description = "The candidates' ids, separated by commas, each once.")
  private List<String> items = List.of();

  @Option(
      names = "--candidates",
      paramLabel = "FILE",
      description =
          "Candidates as JSON lines, after those of --items and each once: an id, or an object as POST /v1/rank"
              + " takes it, with id, title and fields, for items that the data need not know.")
  private @Nullable Path candidates;

  @Option(
      names = "--retriever",
      paramLabel = "NAME",
      description =
          "none, recent, popular, bm25, semantic or gcn; default gcn. A bundle has its own.")
  private @Nullable String retriever;

  @Option(
      names = "--events",
      paramLabel = "FILE",
      description =
          "What happened since the import, JSON lines as the service's feedback takes them; with a"
              + " bundle.")
  private @Nullable Path events;

  @Option(
      names = "--time",
      paramLabel = "SECONDS",
      converter = Numbers.Seconds.class,
      description = "As of this moment (seconds since 1970); default after all that is known.")
  private @Nullable Long time;

  @Override
  public Integer call() {
    List<CandidateLines.Line> wanted = wanted();
    Explanation explanation = bundle == null ? zeroShot(wanted) : trained(bundle, wanted);
    if (common.json()) {
      common.printJson(explanation);
    } else {
      explanation.print(common.out());
    }
    return 0;
  }

  /** In the order in which they were given, each once; of --items without a place. */
  private List<CandidateLines.Line> wanted() {
    Map<String, CandidateLines.Line> wanted = new LinkedHashMap<>();
    for (String id : items) {
      add(wanted, new CandidateLines.Line("", CandidateItem.of(id.strip())));
    }
    if (candidates != null) {
      CandidateLines.lines(candidates).forEach(line -> add(wanted, line));
    }
    if (wanted.isEmpty()) {
      throw new UserException(
          "Nothing says what to rank.", "Give ids with --items, or a file with --candidates.");
    }
    return List.copyOf(wanted.values());
  }

  private static void add(Map<String, CandidateLines.Line> wanted, CandidateLines.Line line) {
    String id = line.candidate().id();
    if (wanted.putIfAbsent(id, line) != null) {
      throw new UserException(
          at(line) + "The candidate \"%s\" is given twice.".formatted(id),
          "Give it in --items or in --candidates, once.");
    }
  }

  private static String at(CandidateLines.Line line) {
    return line.place().isEmpty() ? "" : line.place() + ": ";
  }

  private static List<CandidateItem> items(List<CandidateLines.Line> wanted) {
    return wanted.stream().map(CandidateLines.Line::candidate).toList();
  }

  private Explanation trained(Path directory, List<CandidateLines.Line> wanted) {
    if (retriever != null) {
      throw new UserException(
          "A bundle ranks with the retriever that it was trained with, not with " + retriever + ".",
          "Leave out --retriever, or --bundle.");
    }
    Bundle opened = Bundle.open(directory);
    String data = dataset == null ? opened.dataset().name() : dataset;
    PipelineSettings settings = options.settingsOfBundle();
    Backbone.setThreads(settings.threads());
    String exits = policy == null ? "chosen" : policy;
    Recommender.Builder builder =
        Recommender.builder(directory, data)
            .dtype(settings.dtype())
            .device(settings.device())
            .policy(exits)
            .contextCache(0)
            .progress(common.progress())
            .tell(common::tell);
    if (events != null) {
      builder.events(events);
    }
    try (Recommender recommender = builder.open()) {
      Dataset known = recommender.knowledge().state().snapshot().data();
      requireUser(known);
      requireKnown(known, wanted);
      RankRequest request = new RankRequest(user, items(wanted));
      RankRequest asked = time == null ? request : request.at(time);
      recommender.rank(asked); // warms up
      String told =
          exits.equals("chosen") ? opened.plan().policy().text() : ExitPolicy.parse(exits).text();
      return Explanation.of(user, told, recommender.rank(asked), recommender::text);
    }
  }

  private Explanation zeroShot(List<CandidateLines.Line> wanted) {
    if (events != null) {
      throw new UserException("--events goes with a bundle.", "Give --bundle.");
    }
    if (policy != null && !policy.equals("none")) {
      throw new UserException(
          "--policy goes with a bundle: without one there are no exit heads.",
          "Give --bundle, or leave --policy out.");
    }
    String data = dataset == null ? "movielens-100k" : dataset;
    try (Pipeline pipeline = Pipeline.open(data, null, options.settings(), common.workplace())) {
      String name = retriever == null ? "gcn" : retriever;
      Dataset known = pipeline.data();
      requireUser(known);
      requireKnown(known, wanted);
      RequestRanker ranker = pipeline.ranker(name);
      RankRequest request = new RankRequest(user, items(wanted));
      RankRequest asked = time == null ? request : request.at(time);
      ranker.rank(asked); // warms up
      return Explanation.of(user, name, ranker.rank(asked), pipeline.tokenizer()::decode);
    }
  }

  private void requireUser(Dataset known) {
    IdIndex users = known.users().ids();
    if (users.number(user).isEmpty()) {
      throw new UserException(
          "There is no user \"%s\" in %s.".formatted(user, known.name()),
          someOf(user, users, "user"));
    }
  }

  private static void requireKnown(Dataset known, List<CandidateLines.Line> wanted) {
    IdIndex items = known.items().ids();
    for (CandidateLines.Line line : wanted) {
      CandidateItem candidate = line.candidate();
      if (candidate.title() == null && items.number(candidate.id()).isEmpty()) {
        throw new UserException(
            at(line) + "There is no item \"%s\" in %s.".formatted(candidate.id(), known.name()),
            someOf(candidate.id(), items, "item")
                + (line.place().isEmpty()
                    ? " Give the title of any other with --candidates (see 'optirag rank --help'),"
                    : " Give the title of any other beside its id,")
                + " or import those that nobody touched with 'rules: {all-items: true}'.");
      }
    }
  }

  /** The nearest, and the first few. */
  private static String someOf(String wanted, IdIndex ids, String what) {
    return Nearest.question(wanted, ids.ids())
        + "Its %s %s with %s."
            .formatted(
                Counted.of(ids.size(), what),
                ids.size() == 1 ? "begins" : "begin",
                ids.ids().stream().limit(5).toList());
  }
}
