package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.RankRequest;
import org.optirag.recommender.RequestPrompts;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.Retrieved;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.FeatureSchema;
import org.optirag.scoring.bundle.TrainedGraphs;
import org.optirag.server.live.LiveData;
import org.optirag.server.live.LiveSettings;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** A service that was told nothing yet answers as {@code optirag rank --bundle} does. */
final class LiveDataAsPipelineTest {
  private static final long SEED = 20261127;
  private static final int USERS = 150;

  @TempDir Path directory;

  @Test
  void withoutEventsPromptsAndFeaturesAreThoseOfThePipelineToTheLastBit() {
    Path shipped = Path.of("..", "bundles", "movielens-100k");
    assumeTrue(Files.isDirectory(shipped), () -> "there is no bundle " + shipped);
    CacheDirectory cache = CacheDirectory.standard();
    assumeTrue(
        Files.isDirectory(cache.directory("datasets").resolve("movielens-100k")),
        "movielens-100k has not been imported");
    Bundle bundle = Bundle.open(shipped);
    Dataset data = new DatasetStore(cache).require("movielens-100k", Progress.silent());
    Split split = data.split(bundle.splitOf(data));
    VisibleHistory visible = VisibleHistory.of(data, split);
    TrainedGraphs graphs =
        new TrainedGraphs(data, split, visible, bundle, 1, cache, Progress.silent());
    FeatureSchema schema = bundle.dataset().features();
    assertThat(schema).isNotNull();
    ScaledFeatures features =
        new ScaledFeatures(
            new CandidateFeatures(data, visible)::of, schema.scaling(), schema.units());
    try (Tokenizer tokenizer =
            Tokenizers.open(
                new ModelStore(cache)
                    .require(bundle.manifest().backbone().name(), Progress.silent()));
        Retriever retriever =
            new GcnRetriever(
                visible, graphs.timeline(), (RetrieverSettings.Gcn) bundle.retriever());
        LiveData live =
            LiveData.open(data, split, EmbeddedStore.open(directory), LiveSettings.DEFAULT);
        RequestPrompts prompts = live.prompts(bundle, tokenizer, cache, Progress.silent())) {
      PromptAssembler assembler = new PromptAssembler(data, tokenizer, bundle.dataset().prompt());
      Random random = new Random(SEED);
      for (int n = 0; n < USERS; n++) {
        int user = random.nextInt(data.users().size());
        int[] candidates = random.ints(20, 0, data.items().size()).distinct().toArray();
        PromptSource.Prepared prepared = prompts.prepare(query(data, user, candidates));
        // A request is made now: the last session of 1998 is over for both.
        long now = System.currentTimeMillis() / 1000;
        Retrieved retrieved = retriever.retrieve(user, candidates, now);
        Prompt expected =
            assembler
                .assemble(user, candidates, retrieved)
                .withFeatures(features.of(user, candidates, now));
        assertThat(prepared.prompt().tokens().context())
            .as("seed %d, user %d", SEED, user)
            .isEqualTo(expected.tokens().context());
        assertThat(prepared.prompt().tokens().candidates().toArray(int[][]::new))
            .isDeepEqualTo(expected.tokens().candidates().toArray(int[][]::new));
        assertThat(prepared.prompt().features()).isDeepEqualTo(expected.features());
        assertThat(prepared.prompt().historyTold()).isEqualTo(expected.historyTold());
        assertThat(prepared.history()).hasSize(expected.historyTold());
        assertThat(prepared.neighbours()).hasSize(expected.neighboursTold());
      }
    }
  }

  private static RankRequest query(Dataset data, int user, int[] candidates) {
    List<CandidateItem> items =
        Arrays.stream(candidates)
            .mapToObj(item -> CandidateItem.of(data.items().ids().id(item)))
            .toList();
    return new RankRequest(data.users().ids().id(user), items);
  }
}
