package org.optirag.training;

import java.util.List;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.PlacedHead;
import org.optirag.workspace.Progress;

/** What the exit heads are when training begins. */
@FunctionalInterface
public interface HeadStart {
  /** The same at every exit. */
  HeadStart SAME =
      (backbone, head, exits, progress) ->
          exits.stream().map(block -> new PlacedHead(block, head)).toList();

  /**
   * A head at every exit.
   *
   * @param backbone the LLM as it was published
   * @param head as wide as the LLM and with as many features as the examples have
   * @param exits blocks, ascending
   */
  List<PlacedHead> heads(Backbone backbone, ExitHead head, List<Integer> exits, Progress progress);
}
