package org.optirag.workbench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.store.TableFile;
import org.optirag.dataset.store.TableFile.Column;
import org.optirag.dataset.store.TableFile.Type;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.EvaluationResult;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.Predictions;
import org.optirag.evaluation.Requests;

/**
 * The prediction of each impression by each scorer, as a table: for figures of one's own.
 *
 * <p>Its columns are scorer; policy, where a bundle was scored; user and item, by their ids;
 * request, a number that candidates of one request share; time, of the impression; asked_at, the
 * time that it was scored as of; label; probability; exit_block, 0 where the features alone
 * decided; depth, the share of the LLM's blocks. What a scorer without an LLM does not have is
 * empty.
 */
final class PredictionsFile {
  private static final List<Column> COLUMNS =
      List.of(
          new Column("scorer", Type.TEXT),
          new Column("policy", Type.TEXT),
          new Column("user", Type.TEXT),
          new Column("item", Type.TEXT),
          new Column("request", Type.WHOLE),
          new Column("time", Type.WHOLE),
          new Column("asked_at", Type.WHOLE),
          new Column("label", Type.FLAG),
          new Column("probability", Type.NUMBER),
          new Column("exit_block", Type.WHOLE),
          new Column("depth", Type.NUMBER));

  private PredictionsFile() {}

  static void write(Path file, Pipeline pipeline, Evaluator evaluator, Evaluation evaluation) {
    try (TableFile table = TableFile.write(file, COLUMNS)) {
      for (EvaluationResult result : evaluation.results()) {
        add(table, pipeline, evaluator, result);
      }
      table.finish();
    }
  }

  private static void add(
      TableFile table, Pipeline pipeline, Evaluator evaluator, EvaluationResult result) {
    Dataset data = pipeline.data();
    Interactions scored = evaluator.scored();
    Predictions said = result.predictions();
    String policy =
        result.name().startsWith(Evaluations.TRAINED)
            ? result.name().substring(Evaluations.TRAINED.length())
            : null;
    int at = 0;
    for (Requests.Request request : evaluator.requests()) {
      for (int row : request.rows()) {
        int blocks = said.blocks(at);
        boolean read = blocks != Predictions.NO_BLOCKS;
        @Nullable Object[] values = {
          result.name(),
          policy,
          data.users().ids().id(request.user()),
          data.items().ids().id(scored.item(row)),
          said.request(at),
          scored.time(row),
          request.time(),
          said.label(at),
          said.probability(at),
          read ? (Object) blocks : null,
          read ? (Object) ((double) blocks / pipeline.backbone().config().blocks()) : null,
        };
        table.add(values);
        at++;
      }
    }
  }
}
