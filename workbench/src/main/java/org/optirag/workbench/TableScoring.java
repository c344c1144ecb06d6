package org.optirag.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.store.TableFile;
import org.optirag.dataset.store.TableFile.Column;
import org.optirag.dataset.store.TableFile.Type;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.RankRequest;
import org.optirag.recommender.Recommender;
import org.optirag.scoring.Score;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.DirectoryTree;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Scores a table of impressions on one machine, part by part. The parts are kept in a directory
 * beside the output until it is whole, so that an interrupted scoring goes on where it was. For one
 * thread.
 */
public final class TableScoring {
  /** Why a row has no probability. */
  private static final String NO_USER = "the user is not known";

  private static final String NO_ITEM = "the item is not known and brings no title";

  /** Rows of a part: what a crash costs. */
  private static final int PART = 2_000;

  private static final List<Column> COLUMNS =
      List.of(
          new Column("user", Type.TEXT),
          new Column("item", Type.TEXT),
          new Column("time", Type.WHOLE),
          new Column("pctr", Type.NUMBER),
          new Column("exit_block", Type.WHOLE),
          new Column("unscored", Type.TEXT));

  private final Path input;
  private final Path output;
  private final Path parts;
  private final String how;
  private final int candidates;
  private final Workplace workplace;

  /**
   * What was done.
   *
   * @param rows of the table
   * @param scoredNow of them; the others were done before, or cannot be scored
   * @param unscored rows without a probability
   */
  public record Result(int rows, int scoredNow, int unscored) {}

  private record Row(
      @Nullable String user, @Nullable String item, @Nullable Long time, @Nullable String title) {}

  private record Scored(@Nullable Double pctr, @Nullable Long block, @Nullable String unscored) {}

  /**
   * Sets it up; nothing is read yet.
   *
   * @param input CSV or TSV with a header, JSON lines or Parquet, with the columns user and item,
   *     and perhaps time and title
   * @param output Parquet or CSV by its ending
   * @param how everything that decides on the scores; parts that were scored otherwise are not used
   * @param candidates most rows that are scored on one context
   * @param workplace who is told how far it is
   */
  public TableScoring(Path input, Path output, String how, int candidates, Workplace workplace) {
    this.input = input;
    this.output = output;
    this.parts = output.toAbsolutePath().resolveSibling("." + output.getFileName() + ".parts");
    this.how = how;
    this.candidates = candidates;
    this.workplace = workplace;
  }

  /**
   * Scores what is missing, and writes the whole.
   *
   * @throws UserException if the table cannot be read, has a time within the training part or one
   *     that is no number, or the output cannot be written
   */
  public Result run(Recommender recommender) {
    List<Row> rows = read(recommender);
    Integer[] order = order(rows);
    begin();
    Scored[] scored = new Scored[rows.size()];
    int now = 0;
    try (Progress.Task task =
        workplace.progress().begin("score " + input.getFileName(), rows.size(), "row")) {
      int from = 0;
      for (int part = 0; from < order.length; part++) {
        int to = end(rows, order, from);
        Integer[] some = Arrays.copyOfRange(order, from, to);
        Path file = parts.resolve("part-%06d.parquet".formatted(part));
        if (!Files.exists(file)) {
          Scored[] fresh = score(recommender, rows, some);
          write(file, fresh);
          now += (int) Arrays.stream(fresh).filter(each -> each.pctr != null).count();
        }
        List<Scored> done = readPart(file);
        for (int i = 0; i < some.length; i++) {
          scored[some[i]] = done.get(i);
        }
        task.advance(some.length);
        from = to;
      }
    }
    finish(rows, scored);
    return new Result(
        rows.size(), now, (int) Arrays.stream(scored).filter(each -> each.pctr == null).count());
  }

  private List<Row> read(Recommender recommender) {
    long last = recommender.knowledge().state().snapshot().visible().horizon().last();
    List<Row> rows = new ArrayList<>();
    TableFile.read(
        input,
        List.of("user", "item"),
        List.of("time", "title"),
        values -> {
          String place = "%s, row %d, time".formatted(input, rows.size() + 1);
          Long time = time(values.get(2), place);
          if (time != null && time <= last) {
            throw new UserException(
                "%s: %d lies within the training part, which ends at %d."
                    .formatted(place, time, last),
                "Score later impressions; 'optirag evaluate' scores those within training.");
          }
          String title = values.get(3);
          rows.add(
              new Row(
                  values.get(0),
                  values.get(1),
                  time,
                  title == null || title.isBlank() ? null : title));
        });
    return rows;
  }

  private static @Nullable Long time(@Nullable String text, String place) {
    if (text == null || text.isBlank()) {
      return null;
    }
    try {
      return Long.valueOf(text.strip());
    } catch (NumberFormatException e) {
      throw new UserException(
          "%s: '%s' is no whole number.".formatted(place, text),
          "Give seconds since 1970, or leave it empty.",
          e);
    }
  }

  /** By user and time, so that what may share a context stands together. */
  private static Integer[] order(List<Row> rows) {
    Comparator<@Nullable String> texts = Comparator.nullsFirst(Comparator.naturalOrder());
    Comparator<@Nullable Long> times = Comparator.nullsFirst(Comparator.naturalOrder());
    return IntStream.range(0, rows.size())
        .boxed()
        .sorted(
            Comparator.comparing((Integer row) -> rows.get(row).user, texts)
                .thenComparing(row -> rows.get(row).time, times)
                .thenComparing(Comparator.naturalOrder()))
        .toArray(Integer[]::new);
  }

  private static boolean together(Row one, Row other) {
    return Objects.equals(one.user, other.user) && Objects.equals(one.time, other.time);
  }

  /** Where the part ends that begins at a place: whole requests, and about so many rows. */
  private int end(List<Row> rows, Integer[] order, int from) {
    int to = Math.min(order.length, from + PART);
    while (to < order.length
        && to - from < PART + candidates
        && together(rows.get(order[to - 1]), rows.get(order[to]))) {
      to++;
    }
    return to;
  }

  private Scored[] score(Recommender recommender, List<Row> rows, Integer[] some) {
    Scored[] scored = new Scored[some.length];
    int from = 0;
    while (from < some.length) {
      Row first = rows.get(some[from]);
      boolean knowsUser =
          first.user != null && recommender.knowledge().user(first.user).isPresent();
      Map<CandidateItem, List<Integer>> asked = new LinkedHashMap<>();
      Map<String, CandidateItem> byId = new LinkedHashMap<>();
      int to = from;
      for (; to < some.length && together(first, rows.get(some[to])); to++) {
        Row row = rows.get(some[to]);
        String id = row.item;
        if (!knowsUser
            || id == null
            || (row.title == null && recommender.knowledge().item(id).isEmpty())) {
          scored[to] = new Scored(null, null, knowsUser ? NO_ITEM : NO_USER);
          continue;
        }
        CandidateItem candidate = new CandidateItem(id, row.title, List.of());
        CandidateItem before = byId.get(id);
        // An id is asked about once in a request: with another title it is another request.
        if ((before != null && !before.equals(candidate))
            || (before == null && byId.size() == candidates)) {
          break;
        }
        byId.put(id, candidate);
        asked.computeIfAbsent(candidate, key -> new ArrayList<>()).add(to);
      }
      if (!asked.isEmpty()) {
        OptionalLong time = first.time == null ? OptionalLong.empty() : OptionalLong.of(first.time);
        List<Score> scores =
            recommender.score(
                new RankRequest(
                    Objects.requireNonNull(first.user), List.copyOf(asked.keySet()), time));
        int next = 0;
        for (List<Integer> places : asked.values()) {
          Score score = scores.get(next++);
          for (int place : places) {
            scored[place] = new Scored(score.probability(), (long) score.exitBlock(), null);
          }
        }
      }
      from = to;
    }
    return scored;
  }

  private static void write(Path file, Scored[] scored) {
    try (TableFile table = TableFile.write(file, COLUMNS.subList(3, COLUMNS.size()))) {
      for (Scored each : scored) {
        table.add(each.pctr, each.block, each.unscored);
      }
      table.finish();
    }
  }

  private static List<Scored> readPart(Path file) {
    List<Scored> scored = new ArrayList<>();
    TableFile.read(
        file,
        List.of("pctr", "exit_block", "unscored"),
        List.of(),
        values -> {
          String pctr = values.get(0);
          String block = values.get(1);
          scored.add(
              new Scored(
                  pctr == null ? null : Double.valueOf(pctr),
                  block == null ? null : Long.valueOf(block),
                  values.get(2)));
        });
    return scored;
  }

  private void begin() {
    Path settings = parts.resolve("how");
    try {
      String now = Checksums.sha256(input) + ", " + how;
      if (!Files.exists(settings)) {
        AtomicFiles.writeString(settings, now);
      } else if (!Files.readString(settings).equals(now)) {
        throw new UserException(
            "The parts in " + parts + " are of another table, bundle or setting.",
            "Remove them, or name another output.");
      }
    } catch (IOException e) {
      throw trouble(e);
    }
  }

  private void finish(List<Row> rows, Scored[] scored) {
    try (TableFile table = TableFile.write(output, COLUMNS)) {
      for (int row = 0; row < scored.length; row++) {
        Row asked = rows.get(row);
        table.add(
            asked.user,
            asked.item,
            asked.time,
            scored[row].pctr,
            scored[row].block,
            scored[row].unscored);
      }
      table.finish();
    }
    try {
      DirectoryTree.remove(parts);
    } catch (IOException e) {
      throw trouble(e);
    }
  }

  private UserException trouble(IOException e) {
    return new UserException(
        "Cannot use " + parts + ": " + e.getMessage() + ".",
        "Choose an output in a directory that you can write.",
        e);
  }
}
