package org.optirag.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.weights.Weights;
import org.optirag.scoring.bundle.BackboneId;
import org.optirag.scoring.bundle.Bundle;

/** The rules of docs/architecture.md that a compiler does not enforce. */
final class ModulesTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.optirag");

  @Test
  void modulesDependDownwardOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("workspace")
        .definedBy("org.optirag.workspace..")
        .layer("dataset")
        .definedBy("org.optirag.dataset..")
        .layer("backbone")
        .definedBy("org.optirag.backbone..")
        .layer("retrieval")
        .definedBy("org.optirag.retrieval..")
        .layer("scoring")
        .definedBy("org.optirag.scoring..")
        .layer("recommender")
        .definedBy("org.optirag.recommender..")
        .layer("evaluation")
        .definedBy("org.optirag.evaluation..")
        .layer("training")
        .definedBy("org.optirag.training..")
        .layer("server")
        .definedBy("org.optirag.server..")
        .layer("workbench")
        .definedBy("org.optirag.workbench..")
        .layer("cli")
        .definedBy("org.optirag.cli..")
        .whereLayer("workspace")
        .mayNotAccessAnyLayer()
        .whereLayer("dataset")
        .mayOnlyAccessLayers("workspace")
        .whereLayer("backbone")
        .mayOnlyAccessLayers("workspace")
        .whereLayer("retrieval")
        .mayOnlyAccessLayers("workspace", "dataset", "backbone")
        .whereLayer("scoring")
        .mayOnlyAccessLayers("workspace", "dataset", "backbone", "retrieval")
        .whereLayer("recommender")
        .mayOnlyAccessLayers("workspace", "dataset", "backbone", "retrieval", "scoring")
        .whereLayer("evaluation")
        .mayOnlyAccessLayers(
            "workspace", "dataset", "backbone", "retrieval", "scoring", "recommender")
        .whereLayer("training")
        .mayOnlyAccessLayers(
            "workspace", "dataset", "backbone", "retrieval", "scoring", "recommender", "evaluation")
        .whereLayer("server")
        .mayOnlyAccessLayers(
            "workspace", "dataset", "backbone", "retrieval", "scoring", "recommender")
        .whereLayer("workbench")
        .mayOnlyAccessLayers(
            "workspace",
            "dataset",
            "backbone",
            "retrieval",
            "scoring",
            "recommender",
            "evaluation",
            "training")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .check(CLASSES);
  }

  @Test
  void packagesAreFreeOfCycles() {
    SlicesRuleDefinition.slices()
        .matching("org.optirag.(**)")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @Test
  void retrieversAreMadeInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.optirag.retrieval..")
        .and()
        .doNotHaveFullyQualifiedName("org.optirag.recommender.Retrievers")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("org.optirag.retrieval.(Recent|Bm25|Semantic|Gcn)Retriever")
        .check(CLASSES);
  }

  @Test
  void aBundleIsOpenedForInferenceInOnePlace() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("org.optirag.recommender.LoadedModel")
        .should()
        .callMethod(Bundle.class, "requireBackbone", BackboneId.class)
        .orShould()
        .callMethod(LoraAdapter.class, "mergedInto", Weights.class)
        .check(CLASSES);
  }

  @Test
  void onlyTheBackboneKnowsLibtorch() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.optirag.backbone..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLinePrintsOrExits() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.optirag.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  @Test
  void nothingIsDeserializedFromJavaObjectStreams() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .check(CLASSES);
  }
}
