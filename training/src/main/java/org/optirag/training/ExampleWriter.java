package org.optirag.training;

import java.util.ArrayList;
import java.util.List;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.Requests.Request;
import org.optirag.retrieval.Retriever;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.PromptAssembler;
import org.optirag.workspace.Progress;

/**
 * Writes labelled impressions as prompts to learn from, each request as one context with its
 * candidates: exactly as they are written when they are scored.
 *
 * @param retriever finds what surrounds the impressions
 * @param assembler writes the prompts
 * @param features what the exit heads read beside them
 */
public record ExampleWriter(
    Retriever retriever, PromptAssembler assembler, FeatureSource features) {

  /**
   * Writes requests in order.
   *
   * @param impressions the rows that requests name
   * @param requests in order of time: what retrievers and features keep of the past is made once
   */
  public List<LabelledPrompt> write(
      Interactions impressions, List<Request> requests, Progress progress) {
    List<LabelledPrompt> prompts = new ArrayList<>();
    try (Progress.Task task = progress.begin("write prompts", requests.size(), "request")) {
      for (Request request : requests) {
        prompts.add(write(impressions, request));
        task.advance(1);
      }
    }
    return prompts;
  }

  private LabelledPrompt write(Interactions impressions, Request request) {
    int user = request.user();
    int[] items = request.items(impressions);
    return new LabelledPrompt(
        assembler.assemble(user, items, retriever.retrieve(user, items, request.time())).tokens(),
        features.of(user, items, request.time()),
        request.labels(impressions));
  }
}
