package org.optirag.scoring.bundle;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.retrieval.SharedHistory;
import org.optirag.workspace.UserException;

/**
 * What inference needs of a bundle beside its tensors.
 *
 * @param retriever with its settings
 * @param split the name of the rule that split the data
 * @param seed what the training drew with, and the split where it was drawn
 * @param exits the blocks that heads stand after, ascending; 0 for the head before the first
 * @param dtype the number type that it was trained and calibrated in
 * @param data the users and items that it was trained on; null where the graph of a bundle of
 *     version 1 does not tell
 */
public record Inference(
    Retriever retriever,
    String split,
    long seed,
    List<Integer> exits,
    DType dtype,
    @Nullable DataFingerprint data) {
  /** Copies the list. */
  public Inference {
    exits = List.copyOf(exits);
  }

  /**
   * A retriever as the file has it; numbers that it does not use are left out.
   *
   * @param name as {@link RetrieverSettings#named} knows it
   * @param history most behaviours of the user
   * @param shared which behaviours the context holds; null in bundles of before, which hold those
   *     most like the candidates
   * @param neighbours of "gcn": similar users whose behaviour is told
   * @param behaviours of "gcn": latest liked behaviours of each of them
   * @param counted of "gcn": similar users whose reception of a candidate is counted
   */
  public record Retriever(
      String name,
      int history,
      @Nullable SharedHistory shared,
      @Nullable Integer neighbours,
      @Nullable Integer behaviours,
      @Nullable Integer counted) {
    private static final int MOST = 10_000;

    /** As a file is to have it. */
    public static Retriever of(RetrieverSettings settings) {
      return settings instanceof RetrieverSettings.Gcn gcn
          ? new Retriever(
              gcn.name(),
              gcn.history(),
              gcn.shared(),
              gcn.neighbours(),
              gcn.behaviours(),
              gcn.counted())
          : new Retriever(settings.name(), settings.history(), settings.shared(), null, null, null);
    }

    /**
     * What the file asks for.
     *
     * @throws UserException if there is no such retriever, or a number is missing or out of range
     */
    public RetrieverSettings settings() {
      SharedHistory told = shared == null ? SharedHistory.LIKE_CANDIDATES : shared;
      RetrieverSettings named =
          RetrieverSettings.named(name, within("history", history)).with(told);
      return named instanceof RetrieverSettings.Gcn
          ? new RetrieverSettings.Gcn(
              history,
              told,
              within("neighbours", neighbours),
              within("behaviours", behaviours),
              within("counted", counted))
          : named;
    }

    private int within(String field, @Nullable Integer number) {
      if (number == null || number < 0 || number > MOST) {
        throw new UserException(
            "bundle.json: inference.retriever.%s of \"%s\" is %s, expected 0 to %d."
                .formatted(field, name, number, MOST),
            "Take the bundle again from where it came from.");
      }
      return number;
    }
  }

  /** The same with other exits. */
  Inference withExits(List<Integer> others) {
    return new Inference(retriever, split, seed, others, dtype, data);
  }

  /** What a bundle of version 1 says in the free text of its training's settings. */
  static Inference ofVersion1(
      BundleManifest.Training training, List<Integer> exits, @Nullable DataFingerprint data) {
    Map<String, String> told = training.settings();
    String history = told.getOrDefault("history", "15");
    try {
      return new Inference(
          Retriever.of(
              RetrieverSettings.named(
                  told.getOrDefault("retriever", "gcn"), Integer.parseInt(history))),
          told.getOrDefault("split", "standard"),
          training.seeds().getOrDefault("training", 0L),
          exits,
          DType.valueOf(told.getOrDefault("dtype", DType.BF16.name())),
          data);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "bundle.json: training.settings has the history \"%s\" and the dtype \"%s\"."
              .formatted(history, told.get("dtype")),
          "Take the bundle again from where it came from.",
          e);
    }
  }
}
