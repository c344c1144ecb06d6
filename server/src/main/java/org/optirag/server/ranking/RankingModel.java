package org.optirag.server.ranking;

import java.util.List;
import org.optirag.recommender.PromptSource;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.control.ExitLadder;

/** A bundle that is ready to rank. Safe for use from many threads. */
public interface RankingModel {
  /** The name it goes by in answers and metrics. */
  String name();

  /** Writes its prompts. */
  PromptSource prompts();

  /** Where its exits can stand. */
  ExitLadder ladder();

  /** What validation knows of a policy. */
  TradeOffPoint point(ExitPolicy policy);

  /** How many blocks its backbone has, L. */
  int blocks();

  /** What tokens of its prompts say. */
  String text(int[] tokens);

  /**
   * What a text's first tokens say.
   *
   * @param tokens at most, at least 1
   */
  TextHead head(String text, int tokens);

  /** How much of a candidate's texts its prompts tell. */
  TextRoom textRoom();

  /**
   * How much of a candidate's texts a prompt tells.
   *
   * @param tokens of the title and of each further text
   * @param fields further texts
   */
  record TextRoom(int tokens, int fields) {}

  /** Whether a head before the first block may answer requests without the LLM. */
  boolean hasHeadZero();

  /**
   * Which candidates of a request a policy does not stop before the first block: see {@link
   * org.optirag.scoring.Scorer#undecided}.
   */
  int[] undecided(ExitPolicy policy, float[][] features);

  /**
   * Scores prompts in one pass; a list for each, in the order of its candidates.
   *
   * @param beforeBlocks is asked before every block that is run: what it throws ends the pass
   */
  List<List<Score>> score(ExitPolicy policy, List<Prompt> prompts, Runnable beforeBlocks);
}
