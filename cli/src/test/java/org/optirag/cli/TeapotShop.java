package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.store.ModelStore;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** A small shop in a cache of its own, and the commands on it with the real default model. */
abstract class TeapotShop {
  private static final long SEED = 5;

  @TempDir static Path directory;
  static String model = "";

  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  @BeforeAll
  static void importAShop() throws IOException {
    model =
        new ModelStore(CacheDirectory.standard())
            .require(PipelineSettings.DEFAULT_MODEL, Progress.silent())
            .toString();
    System.setProperty("optirag.cache", directory.resolve("cache").toString());
    Path shop = Files.createDirectories(directory.resolve("shop"));
    StringBuilder ratings = new StringBuilder("who,what,stars,at\n");
    Random random = new Random(SEED);
    for (int i = 0; i < 600; i++) {
      ratings.append(
          "u%d,i%d,%d,%d%n"
              .formatted(
                  random.nextInt(30), random.nextInt(40), 1 + random.nextInt(5), 1_000_000 + i));
    }
    Files.writeString(shop.resolve("ratings.csv"), ratings);
    StringBuilder products = new StringBuilder("sku,name,maker\n");
    for (int i = 0; i < 40; i++) {
      products.append("i%d,Teapot number %d,Maker %d%n".formatted(i, i, i % 7));
    }
    Files.writeString(shop.resolve("products.csv"), products);
    Files.writeString(
        shop.resolve("mapping.yaml"),
        """
        name: teapots
        noun: teapot
        interactions: {file: ratings.csv, user: who, item: what, rating: stars, time: at}
        items: {file: products.csv, id: sku, title: name, fields: {maker: maker}}
        rules: {liked-from: 4}
        """);
    StringWriter said = new StringWriter();
    int exit =
        Main.commandLine()
            .setOut(new PrintWriter(said, true))
            .execute(
                "data",
                "import",
                shop.toString(),
                "--mapping",
                shop.resolve("mapping.yaml").toString(),
                "--quiet");
    assertThat(exit).as(said.toString()).isZero();
  }

  @AfterAll
  static void useTheStandardCacheAgain() {
    System.clearProperty("optirag.cache");
  }

  int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  static String[] with(String[] command, String... more) {
    return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
  }
}
