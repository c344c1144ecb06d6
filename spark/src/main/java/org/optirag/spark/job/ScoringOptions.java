package org.optirag.spark.job;

import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.spark.score.Scoring;
import org.optirag.spark.score.ScoringSettings;
import picocli.CommandLine.Option;

/** What to score with; use as a {@code @Mixin}. */
final class ScoringOptions {
  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      required = true,
      description = "The trained model: on every node, or on a file system that Spark knows.")
  private String bundle;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "The imported data set, as 'prepare' or 'optirag data import' wrote it.")
  private String data;

  @Option(
      names = "--graph",
      paramLabel = "FILE",
      description =
          "Embeddings that 'graph --file' wrote, where the data know other users or items than the"
              + " bundle; on every node.")
  private @Nullable String graph;

  @Option(
      names = "--events",
      paramLabel = "FILE",
      description =
          "What happened since the import, JSON lines as the service's feedback takes them; on every"
              + " node.")
  private @Nullable String events;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      defaultValue = "chosen",
      description = "Exit policy: chosen (the bundle's), none, or any; default chosen.")
  private String policy = "chosen";

  @Option(
      names = "--dtype",
      defaultValue = "auto",
      description =
          "Numbers of the projections: bf16, f32, or auto, the faster of them on each node; default"
              + " auto. Where nodes differ, name one: probabilities then agree to the last bits.")
  private DType dtype = DType.AUTO;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "20",
      description = "Most candidates on one context; default 20.")
  private int candidates = 20;

  ScoringSettings settings() {
    return Scoring.settings(bundle, data, graph, events, policy, dtype, candidates);
  }
}
