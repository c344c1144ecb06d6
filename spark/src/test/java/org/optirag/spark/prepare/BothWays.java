package org.optirag.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.source.Mapping;
import org.optirag.dataset.source.Source;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.spark.LocalSpark;
import org.optirag.spark.table.TableFormat;
import org.optirag.spark.table.TableSource;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** The same files by an import and by the job. */
final class BothWays {
  private BothWays() {}

  /** Prepares what a mapping says of a directory's files, and asserts that an import is equal. */
  static ImportedDataset assertSame(Path directory, String mapping) throws IOException {
    Path yaml = Files.writeString(directory.resolve("shop.yaml"), mapping);
    ImportedDataset imported = imported(directory, yaml);
    ImportedDataset prepared = prepared(directory, yaml);
    assertThat(prepared.manifest().counts()).isEqualTo(imported.manifest().counts());
    Dataset expected = imported.load();
    Dataset found = prepared.load();
    assertThat(found.users()).usingRecursiveComparison().isEqualTo(expected.users());
    assertThat(found.items()).usingRecursiveComparison().isEqualTo(expected.items());
    assertThat(found.timed()).isEqualTo(expected.timed());
    assertThat(rows(prepared)).isEqualTo(rows(imported));
    return prepared;
  }

  static ImportedDataset imported(Path directory, Path yaml) {
    Source source = Mapping.source(yaml, directory);
    return new DatasetStore(new CacheDirectory(directory.resolve("cache")))
        .importSource(source, source.rules(), Progress.silent());
  }

  static ImportedDataset prepared(Path directory, Path yaml) {
    Output output =
        new Output(
            LocalSpark.session(), directory.resolve("prepared").toString(), TableFormat.PARQUET);
    Preparation.run(LocalSpark.session(), TableSource.read(yaml, directory.toString()), output);
    return ImportedDataset.open(directory.resolve("prepared"));
  }

  /** Each interaction by its numbers, with its part and request. */
  static List<String> rows(ImportedDataset imported) {
    Dataset data = imported.load();
    List<String> rows = new ArrayList<>();
    var all = data.interactions();
    for (int row = 0; row < all.size(); row++) {
      rows.add(
          "%d %d %s %s %d %s %d"
              .formatted(
                  all.user(row),
                  all.item(row),
                  all.rating(row),
                  all.label(row),
                  all.time(row),
                  data.published().present() ? data.published().of(row) : "",
                  all.request(row)));
    }
    return rows;
  }
}
