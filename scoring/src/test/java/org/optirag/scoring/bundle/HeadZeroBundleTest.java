package org.optirag.scoring.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.DType;
import org.optirag.backbone.ExitHead;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.scoring.trees.BoostedTrees;
import org.optirag.workspace.UserException;

/** Bundles with a head before the first block, over what trees say. */
class HeadZeroBundleTest {
  private static final ExitPolicy POLICY = ExitPolicy.parse("ratio-trend:0.4,1,0.8,0.1");

  @TempDir Path folder;

  /** A head before the first block and one after the sixth, over what trees say of two figures. */
  static BundleContents cascade() {
    BundleContents whole = BundleTest.contents(BundleTest.HEADS);
    DatasetSchema dataset = whole.dataset();
    TradeOffPoint point = whole.plan().curve().points().getFirst();
    return new BundleContents(
        whole.created(),
        whole.backbone(),
        new Inference(whole.inference().retriever(), "time", 7, List.of(0, 6), DType.F32, null),
        whole.training(),
        whole.adapter(),
        new TreeMap<>(
            Map.of(0, ExitHead.ofFeatures(new float[] {1}, 0.5f), 6, BundleTest.DEEP.reading(1))),
        new ExitPlan(
            POLICY,
            "mean-depth 0.5",
            whole.plan().calibrations(),
            TraceScore.LAST,
            new TradeOffCurve(List.of(0, 6), List.of(0.6, 0.7), List.of(point)),
            List.of()),
        whole.graph(),
        Optional.of(BoostedTrees.parse(ONE_SPLIT, "trees")),
        Optional.empty(),
        new DatasetSchema(
            dataset.name(),
            dataset.noun(),
            dataset.timed(),
            dataset.rules(),
            dataset.itemFields(),
            dataset.userFields(),
            dataset.prompt(),
            dataset.template(),
            FeatureSchema.ofTrees(List.of("one", "two"))),
        whole.metrics());
  }

  /** The second figure up to 0.5 gives -1, else 2. */
  private static final String ONE_SPLIT =
      """
      tree
      version=v4
      num_class=1
      num_tree_per_iteration=1
      label_index=0
      max_feature_idx=1
      objective=binary sigmoid:1
      feature_names=one two
      feature_infos=[-9:9] [-9:9]
      tree_sizes=1

      Tree=0
      num_leaves=2
      num_cat=0
      split_feature=1
      split_gain=30
      threshold=0.5
      decision_type=10
      left_child=-1
      right_child=-2
      leaf_value=-1 2
      is_linear=0
      shrinkage=1


      end of trees
      """;

  @Test
  void theHeadBeforeTheFirstBlockAndItsTreesAreReadBack() {
    Path directory = folder.resolve("cascade");
    Bundle.write(directory, cascade());
    Bundle bundle = Bundle.open(directory);
    assertThat(bundle.heads()).extracting(CalibratedHead::block).containsExactly(0, 6);
    ExitHead first = bundle.heads().getFirst().head();
    assertThat(first.hidden()).isZero();
    assertThat(first.featureWeights()).containsExactly(1f);
    assertThat(first.bias()).isEqualTo(0.5f);
    assertThat(bundle.featureNames()).containsExactly("one", "two");
    float[][] rows =
        bundle
            .features((user, candidates, time) -> new float[][] {{9, 0.5f}, {-9, 0.6f}})
            .of(0, new int[2], 0);
    assertThat(rows).isDeepEqualTo(new float[][] {{-1}, {2}});
    Path again = folder.resolve("again");
    Bundle.write(again, bundle.contents(bundle.plan(), bundle.metrics()));
    assertThat(again.resolve("trees.txt")).hasSameBinaryContentAs(directory.resolve("trees.txt"));
  }

  @Test
  void aModelOfSequencesComesWithTheHeadsThatReadIt() throws IOException {
    Path model = Files.writeString(folder.resolve("model"), "what a model is made of");
    BundleContents reads = readingSequences(Optional.of(model));
    Path directory = folder.resolve("sequence");
    Bundle.write(directory, reads);
    Bundle bundle = Bundle.open(directory);
    assertThat(bundle.sequence().orElseThrow()).hasSameTextualContentAs(model);
    Path again = folder.resolve("again");
    Bundle.write(again, bundle.contents(bundle.plan(), bundle.metrics()));
    assertThat(Bundle.open(again).sequence().orElseThrow()).hasSameTextualContentAs(model);
    Files.writeString(again.resolve(Bundle.SEQUENCE), "another");
    assertThatThrownBy(() -> Bundle.open(again)).isInstanceOf(UserException.class);
    assertThatThrownBy(() -> readingSequences(Optional.empty()))
        .hasMessage("the features' schema and the model of sequences differ");
    assertThat(cascade().sequence()).isEmpty();
  }

  private static BundleContents readingSequences(Optional<Path> model) {
    BundleContents fits = cascade();
    DatasetSchema schema = fits.dataset();
    return new BundleContents(
        fits.created(),
        fits.backbone(),
        fits.inference(),
        fits.training(),
        fits.adapter(),
        fits.heads(),
        fits.plan(),
        fits.graph(),
        fits.trees(),
        model,
        new DatasetSchema(
            schema.name(),
            schema.noun(),
            schema.timed(),
            schema.rules(),
            schema.itemFields(),
            schema.userFields(),
            schema.prompt(),
            schema.template(),
            FeatureSchema.ofTrees(List.of("sequence_next", "two"))),
        fits.metrics());
  }

  @Test
  void treesThatDoNotFitTheSchemaAreRefused() {
    BundleContents fits = cascade();
    assertThatThrownBy(() ->
            new BundleContents(
                fits.created(),
                fits.backbone(),
                fits.inference(),
                fits.training(),
                fits.adapter(),
                fits.heads(),
                fits.plan(),
                fits.graph(),
                Optional.empty(),
                fits.sequence(),
                fits.dataset(),
                fits.metrics()))
        .hasMessage("the features' schema and the trees differ");
  }
}
