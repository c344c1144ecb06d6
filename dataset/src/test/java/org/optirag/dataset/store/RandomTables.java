package org.optirag.dataset.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A random mapping of random tables, which lie in a directory as CSV, JSON lines and Parquet with
 * the same content: whoever reads them has to find the same rows in each.
 */
public final class RandomTables {
  /** The forms, as a mapping calls them. */
  public static final List<String> FORMS = List.of("csv", "jsonl", "parquet");

  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> WORDS =
      List.of(
          "Soap",
          "Ä, ö",
          "say \"hi\"",
          "two\nlines",
          "it's",
          "AT&T",
          "&eacute;",
          "[REC]",
          "{x}",
          "tab\there",
          "’90s",
          "null",
          "  wide  ",
          "",
          "日本",
          "a,b",
          "=1+1",
          "\\",
          "😀");

  private final Random random;
  private final boolean lineEnds;
  private final Mapped mapped;

  private RandomTables(long seed, boolean lineEnds) {
    this.random = new Random(seed);
    this.lineEnds = lineEnds;
    this.mapped = mapping();
  }

  /**
   * Writes the tables of a seed into a directory.
   *
   * @param lineEnds whether texts may have some within them
   */
  public static RandomTables write(long seed, boolean lineEnds, Path directory) throws IOException {
    RandomTables tables = new RandomTables(seed, lineEnds);
    table(directory, "r", tables.mapped.rows(), tables.interactions(60));
    table(directory, "i", tables.mapped.texts(), tables.items(25));
    return tables;
  }

  /** The mapping of the files of a form. */
  public String mapping(String form) {
    return mapped.yaml().replace("FORM", form);
  }

  /** A mapping, and the types of its tables' columns. */
  private record Mapped(String yaml, Map<String, String> rows, Map<String, String> texts) {}

  private Mapped mapping() {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("u", random.nextBoolean() ? "VARCHAR" : "BIGINT");
    boolean lists = random.nextInt(4) == 0;
    rows.put("i", lists ? "VARCHAR[]" : "VARCHAR");
    rows.put("r", random.nextBoolean() ? "DOUBLE" : "DECIMAL(3, 1)");
    rows.put("c", "BOOLEAN");
    int time = random.nextInt(3);
    rows.put("t", List.of("BIGINT", "TIMESTAMPTZ", "VARCHAR").get(time));
    rows.put("p", "INTEGER");
    StringBuilder yaml = new StringBuilder("name: t\ninteractions:\n  file: r.FORM\n");
    yaml.append("  user: u\n  item: i\n").append(lists ? "  lists: true\n" : "");
    yaml.append(List.of("", "  rating: r\n", "  click: c\n").get(random.nextInt(3)));
    boolean timed = random.nextInt(4) > 0;
    yaml.append(timed ? "  time: t\n" : "");
    yaml.append(timed && time == 0 ? "  time-unit: milliseconds\n" : "");
    yaml.append(timed && random.nextBoolean() ? "  request: p\n" : "");
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("id", "VARCHAR");
    texts.put("name", "VARCHAR");
    texts.put("tags", "VARCHAR[]");
    texts.put("facts", "MAP(VARCHAR, VARCHAR)");
    texts.put("maker", "STRUCT(\"by\" VARCHAR, \"since\" INTEGER)");
    yaml.append("items:\n  file: i.FORM\n  id: id\n  title: name\n  fields: {tags: tags");
    yaml.append(random.nextBoolean() ? ", facts: facts" : "");
    yaml.append(random.nextBoolean() ? ", maker: maker" : ", by: maker.by, year: maker.since");
    yaml.append("}\nrules: {most-broken: 1, core: ").append(1 + random.nextInt(2));
    yaml.append(", liked-from: ").append(random.nextInt(6));
    yaml.append(", zeros: ").append(List.of("rating", "negative", "drop").get(random.nextInt(3)));
    yaml.append(", order: ").append(random.nextBoolean() ? "file" : "shuffled");
    yaml.append(", all-items: ").append(random.nextBoolean()).append("}\n");
    return new Mapped(yaml.toString(), rows, texts);
  }

  private List<Map<String, @Nullable Object>> interactions(int count) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put("u", random.nextInt(20) == 0 ? null : "" + random.nextInt(8));
      List<@Nullable String> items = new ArrayList<>();
      for (int n = random.nextInt(4); n >= 0; n--) {
        items.add(random.nextInt(40) == 0 ? (random.nextBoolean() ? null : " ") : item());
      }
      row.put("i", items);
      row.put("r", random.nextInt(15) == 0 ? null : random.nextInt(11) / 2.0);
      row.put("c", random.nextInt(15) == 0 ? null : random.nextBoolean());
      row.put("t", 1_700_000_000_000L + 250L * random.nextInt(200));
      row.put("p", random.nextInt(3) == 0 ? null : random.nextInt(9));
      rows.add(row);
    }
    return rows;
  }

  private List<Map<String, @Nullable Object>> items(int count) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put("id", item());
      row.put("name", word());
      List<String> tags = new ArrayList<>();
      for (int n = random.nextInt(4); n > 0; n--) {
        tags.add(word());
      }
      row.put("tags", random.nextInt(5) == 0 ? null : tags);
      row.put("facts", random.nextInt(4) == 0 ? null : Map.of("color", word()));
      Map<String, Object> maker = new LinkedHashMap<>();
      maker.put("by", "Acme " + word());
      maker.put("since", 1900 + random.nextInt(100));
      row.put("maker", i > 0 && random.nextInt(4) == 0 ? null : maker);
      rows.add(row);
    }
    return rows;
  }

  private String item() {
    return random.nextInt(4) == 0 ? "Ä," + random.nextInt(5) : "00" + random.nextInt(12);
  }

  private String word() {
    String word = WORDS.get(random.nextInt(WORDS.size()));
    return lineEnds ? word : word.replace('\n', ' ');
  }

  /** The same rows as JSON lines, as Parquet of the types, and as CSV with JSON in its cells. */
  private static void table(
      Path directory,
      String name,
      Map<String, String> types,
      List<Map<String, @Nullable Object>> rows)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Map<String, @Nullable Object> row : rows) {
      if (row.get("i") instanceof List<?> list && "VARCHAR".equals(types.get("i"))) {
        row.put("i", list.get(0));
      }
      if (row.get("t") instanceof Long millis && !"BIGINT".equals(types.get("t"))) {
        row.put("t", Instant.ofEpochMilli(millis).toString());
      }
      lines.append(JSON.writeValueAsString(row)).append('\n');
    }
    Path json = Files.writeString(directory.resolve(name + ".jsonl"), lines.toString());
    StringBuilder columns = new StringBuilder();
    StringBuilder cells = new StringBuilder();
    types.forEach((column, type) -> {
      columns.append(columns.isEmpty() ? "" : ", ").append(column + ": '" + type + "'");
      boolean nested = type.endsWith("]") || type.startsWith("MAP") || type.startsWith("STRUCT");
      cells.append(cells.isEmpty() ? "" : ", ");
      cells.append(nested ? "to_json(" + column + ") AS " + column : column);
    });
    String read =
        "read_json(%s, format = 'newline_delimited', columns = {%s})"
            .formatted(Duck.literal(json), columns);
    try (Duck duck = Duck.inMemory(directory)) {
      duck.run(
          ("COPY (SELECT * FROM " + read + ") TO ")
              + Duck.literal(directory.resolve(name + ".parquet"))
              + " (FORMAT parquet)");
      duck.run(
          ("COPY (SELECT " + cells + " FROM " + read + ") TO ")
              + Duck.literal(directory.resolve(name + ".csv")));
    }
  }
}
