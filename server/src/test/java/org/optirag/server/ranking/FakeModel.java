package org.optirag.server.ranking;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.PackedPrompt;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.PromptPipeline;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.UnknownItemException;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.control.ExitLadder;

/** A model without an LLM: it notes what it was asked, and waits where a test wants it to. */
public class FakeModel implements RankingModel {
  /** What was in each pass: the policy, and the first token of each prompt. */
  public record Pass(String policy, List<Integer> prompts) {}

  private final String name;
  protected final TradeOffCurve curve =
      new TradeOffCurve(
          List.of(1, 2), List.of(0.6, 0.7), List.of(point("fixed:1", 0.1), point("none", 1)));
  private final List<Pass> passes = new CopyOnWriteArrayList<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private volatile @Nullable CountDownLatch gate;
  private volatile @Nullable RuntimeException failure;

  /** A model that goes by a name. */
  public FakeModel(String name) {
    this.name = name;
  }

  private static TradeOffPoint point(String policy, double cost) {
    return new TradeOffPoint(
        ExitPolicy.parse(policy), cost, List.of(0, 1), cost, cost, 0.5, 0.5, cost, cost);
  }

  /** Lets no pass end before the latch is down. */
  public FakeModel stopAt(CountDownLatch latch) {
    gate = latch;
    return this;
  }

  public void failWith(@Nullable RuntimeException error) {
    failure = error;
  }

  /** Waits until the first pass has begun. */
  public void awaitBegun() throws InterruptedException {
    begun.await();
  }

  public List<Pass> passes() {
    return passes;
  }

  public static Prompt prompt(int name, int tokens) {
    int[] context = new int[tokens - 1];
    context[0] = name;
    return Prompt.of(new PackedPrompt(context, List.of(new int[] {1})));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public PromptSource prompts() {
    return (query, undecided) -> {
      List<int[]> candidates = new ArrayList<>();
      for (int i = 0; i < query.candidates().size(); i++) {
        CandidateItem item = query.candidates().get(i);
        if (item.title() == null && item.id().startsWith("unknown")) {
          throw new UnknownItemException(i, item.id());
        }
        candidates.add(new int[] {Math.floorMod(item.id().hashCode(), 90) + 5});
      }
      Prompt prompt = Prompt.of(new PackedPrompt(new int[] {7, 1, 2}, candidates));
      return new PromptSource.Prepared(
          prompt,
          query.candidates().stream().map(CandidateItem::id).toList(),
          List.of(new PromptSource.Told("1", "Alien", true, 5)),
          List.of(
              new PromptSource.SimilarUser(
                  "9", 0.5f, List.of(new PromptSource.Told("2", "Brazil", true, 4)))),
          5);
    };
  }

  @Override
  public ExitLadder ladder() {
    return ExitLadder.of(curve, new ExitPolicy.None());
  }

  @Override
  public TradeOffPoint point(ExitPolicy policy) {
    return ExitLadder.point(curve, policy);
  }

  @Override
  public boolean hasHeadZero() {
    return false;
  }

  @Override
  public int[] undecided(ExitPolicy policy, float[][] features) {
    return PromptPipeline.Undecided.ALL.of(features);
  }

  @Override
  public int blocks() {
    return 2;
  }

  @Override
  public String text(int[] tokens) {
    return tokens.length == 1 ? "token " + tokens[0] : tokens.length + " tokens";
  }

  /** A token is a letter, and a title has room for forty. */
  @Override
  public TextHead head(String text, int tokens) {
    String head = TextHead.characters(text, tokens);
    return new TextHead(head, head.length());
  }

  @Override
  public TextRoom textRoom() {
    return new TextRoom(40, 3);
  }

  @Override
  public List<List<Score>> score(ExitPolicy policy, List<Prompt> prompts, Runnable beforeBlocks) {
    passes.add(
        new Pass(
            policy.text(), prompts.stream().map(prompt -> prompt.tokens().context()[0]).toList()));
    begun.countDown();
    CountDownLatch latch = gate;
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    beforeBlocks.run();
    RuntimeException error = failure;
    if (error != null) {
      throw error;
    }
    List<List<Score>> scores = new ArrayList<>();
    for (Prompt prompt : prompts) {
      List<Score> ofPrompt = new ArrayList<>();
      for (int[] candidate : prompt.tokens().candidates()) {
        double p = (candidate[0] == 1 ? prompt.tokens().context()[0] : candidate[0]) / 100.0;
        int block = policy instanceof ExitPolicy.Fixed ? 1 : 2;
        List<Score.Reading> trace = new ArrayList<>(List.of(new Score.Reading(1, p)));
        if (block == 2) {
          trace.add(new Score.Reading(2, p));
        }
        ofPrompt.add(new Score(p, block, trace));
      }
      scores.add(ofPrompt);
    }
    return scores;
  }
}
