package org.optirag.workbench.bench;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.optirag.backbone.PackedPrompt;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.bench.Workload;
import org.optirag.retrieval.Retrieved;
import org.optirag.scoring.PromptSettings;
import org.optirag.workbench.Pipeline;
import org.optirag.workspace.UserException;

/** What everybody scores in a benchmark: prompts from real data, cut to the wanted lengths. */
final class Workloads {
  /** Long enough for a context of 1,000 tokens. */
  private static final int HISTORY = 200;

  private Workloads() {}

  /**
   * Prompts of the user of whom most is known.
   *
   * @param names candidates x tokens of the context; "single" is 1x500
   * @throws UserException if a name is none, or the data cannot fill it
   */
  static List<Workload> of(List<String> names, Pipeline pipeline) {
    Interactions train = pipeline.split().train();
    int user = busiest(train, pipeline.data().users().ids().size());
    long after = train.time(train.size() - 1) + 1;
    List<int[]> shapes = names.stream().map(Workloads::shape).toList();
    int most = shapes.stream().mapToInt(shape -> shape[0]).max().orElse(0);
    int longest = shapes.stream().mapToInt(shape -> shape[1]).max().orElse(0);
    int items = pipeline.data().items().ids().size();
    int[] candidates =
        IntStream.range(0, most).map(i -> (int) ((long) i * 7919 % items)).distinct().toArray();
    PromptSettings standard = pipeline.promptSettings();
    PromptSettings room =
        new PromptSettings(
            standard.format(),
            2 * longest + PromptSettings.DEFAULT.tokens(),
            standard.titleTokens(),
            standard.profile(),
            standard.fields(),
            standard.evidence(),
            1,
            false);
    Retrieved retrieved =
        pipeline.retriever("gcn", HISTORY).retriever().retrieve(user, candidates, after);
    PackedPrompt whole = pipeline.assembler(room).assemble(user, candidates, retrieved).tokens();
    return IntStream.range(0, shapes.size())
        .mapToObj(i -> workload(names.get(i), whole, shapes.get(i)))
        .toList();
  }

  private static Workload workload(String name, PackedPrompt whole, int[] shape) {
    if (whole.context().length < shape[1] || whole.candidates().size() < shape[0]) {
      throw new UserException(
          "The data fill a context of %d tokens and %d candidates, not %s."
              .formatted(whole.context().length, whole.candidates().size(), name),
          "Choose smaller workloads, or another data set.");
    }
    return new Workload(
        name,
        new PackedPrompt(
            Arrays.copyOf(whole.context(), shape[1]), whole.candidates().subList(0, shape[0])));
  }

  private static int busiest(Interactions train, int users) {
    int[] counts = new int[users];
    for (int row = 0; row < train.size(); row++) {
      counts[train.user(row)]++;
    }
    return IntStream.range(0, users).reduce(0, (best, u) -> counts[u] > counts[best] ? u : best);
  }

  private static int[] shape(String workload) {
    String text = workload.equals("single") ? "1x500" : workload;
    if (!text.matches("[1-9][0-9]{0,3}x[1-9][0-9]{0,3}")) {
      throw new UserException(
          "\"" + workload + "\" is no workload.",
          "Write candidates x tokens of the context, for instance 20x500.");
    }
    String[] parts = text.split("x");
    return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
  }
}
