package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What commands print of data of which there is one: one item is not "1 items". */
final class SmallDataTest {
  @RegisterExtension private final OwnCache cache = new OwnCache();

  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private String run(String... arguments) {
    out.getBuffer().setLength(0);
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    assertThat(code).as(err.toString()).isZero();
    return out.toString();
  }

  @Test
  void whatThereIsOneOfIsSingular() throws IOException {
    Path shop = Files.createDirectories(directory.resolve("shop"));
    Files.writeString(shop.resolve("ratings.csv"), "who,what,stars,at\nu1,i1,5,7\n");
    Path mapping =
        Files.writeString(
            shop.resolve("mapping.yaml"),
            """
            name: lone
            interactions: {file: ratings.csv, user: who, item: what, rating: stars, time: at}
            """);
    String checked = run("data", "check", shop.toString(), "-m", mapping.toString(), "--quiet");
    assertThat(checked)
        .containsPattern(" 1 row +0 broken")
        .contains("0 repeated interactions, 1 item without a title");
    String imported = run("data", "import", shop.toString(), "-m", mapping.toString(), "--quiet");
    assertThat(imported)
        .contains("lone: 1 interaction of 1 user with 1 item, from the form")
        .contains("1 item has no title; prompts call it by a code made of its id.");
    assertThat(run("data", "stats", "lone")).contains("lone: 1 user, 1 item, 1 interaction");
  }
}
