package org.optirag.spark.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Mapping;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.TimeForm;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.UserException;

/**
 * A data set as its tables lie in the cluster's storage, described by the very mapping that {@code
 * optirag data import} reads.
 *
 * @param name of the data set
 * @param noun what an item is called in prompts
 * @param interactions in the order in which they are read
 * @param items tables of item texts
 * @param users tables of user profiles
 * @param rules how ratings become labels and which rows stay
 * @param thresholdGiven whether the mapping says from which rating on is liked
 */
public record TableSource(
    String name,
    String noun,
    List<Interactions> interactions,
    List<Texts> items,
    List<Texts> users,
    Rules rules,
    boolean thresholdGiven) {
  /** Copies the lists. */
  public TableSource {
    interactions = List.copyOf(interactions);
    items = List.copyOf(items);
    users = List.copyOf(users);
  }

  /** A table of interactions; the components as {@link Mapping.InteractionFile} has them. */
  public record Interactions(
      Table table,
      String user,
      List<String> items,
      boolean lists,
      @Nullable String rating,
      boolean decimalComma,
      @Nullable String click,
      @Nullable String time,
      TimeForm form,
      @Nullable String request,
      @Nullable Part part) {
    /** Copies the list. */
    public Interactions {
      items = List.copyOf(items);
    }
  }

  /**
   * A table of texts.
   *
   * @param fields name in prompts to column
   */
  public record Texts(Table table, String id, @Nullable String title, Map<String, String> fields) {}

  /**
   * Reads a mapping; files are named relative to the input.
   *
   * @param input a directory of any file system that Spark knows, or "" where the mapping names
   *     tables or whole paths
   * @throws UserException if the mapping has mistakes
   */
  public static TableSource read(Path yaml, String input) {
    Mapping mapping = ConfigFile.read(yaml, Mapping.class);
    if (mapping.interactions() == null || mapping.interactions().isEmpty()) {
      throw new UserException(
          yaml + " names no interactions.", "Add 'interactions:' with file, user and item.");
    }
    List<Interactions> interactions = new ArrayList<>();
    List<Mapping.InteractionFile> files = mapping.interactions();
    for (int i = 0; i < files.size(); i++) {
      String where = Mapping.where("interactions", i, files.size());
      interactions.add(interactions(yaml, where, input, files.get(i)));
    }
    Mapping.insistOnTimes(yaml, mapping.interactions());
    return new TableSource(
        Mapping.required(yaml, "name", mapping.name()),
        mapping.noun() == null ? "item" : mapping.noun(),
        interactions,
        texts(yaml, input, "items", mapping.items()),
        texts(yaml, input, "users", mapping.users()),
        mapping.rules() == null ? Rules.likedFrom(4) : mapping.rules().applied(yaml),
        mapping.givesThreshold());
  }

  private static Interactions interactions(
      Path yaml, String where, String input, Mapping.InteractionFile file) {
    if (file.history() != null) {
      throw new UserException(
          ConfigFile.place(yaml, where + ".history")
              + ": rows known from others' histories are placed on one"
              + " machine alone.",
          "Leave the field out, or import with 'optirag data import'.");
    }
    if (file.rating() != null && file.click() != null) {
      throw new UserException(
          ConfigFile.place(yaml, where + ".click") + ": both rating and click are given.",
          "Give one of them.");
    }
    List<String> items = file.item();
    if (items == null || items.isEmpty()) {
      throw new UserException(
          ConfigFile.place(yaml, where + ".item") + " is missing.",
          "Name the column of the item's id.");
    }
    return new Interactions(
        Table.of(
            location(input, Mapping.required(yaml, where + ".file", file.file())),
            file.format(),
            file.delimiter(),
            file.quote(),
            file.escape(),
            file.encoding(),
            file.columns()),
        Mapping.required(yaml, where + ".user", file.user()),
        items,
        file.lists() != null && file.lists(),
        file.rating(),
        file.decimalComma(yaml, where),
        file.click(),
        file.time(),
        file.timeForm(yaml, where),
        file.request(),
        file.part() == null
            ? null
            : Mapping.constant(yaml, where + ".part", Part.class, file.part()));
  }

  private static List<Texts> texts(
      Path yaml, String input, String what, @Nullable List<Mapping.TextFile> files) {
    List<Texts> texts = new ArrayList<>();
    int size = files == null ? 0 : files.size();
    for (int i = 0; files != null && i < size; i++) {
      Mapping.TextFile file = files.get(i);
      String where = Mapping.where(what, i, size);
      texts.add(
          new Texts(
              Table.of(
                  location(input, Mapping.required(yaml, where + ".file", file.file())),
                  file.format(),
                  file.delimiter(),
                  file.quote(),
                  file.escape(),
                  file.encoding(),
                  file.columns()),
              Mapping.required(yaml, where + ".id", file.id()),
              file.title(),
              file.fields() == null ? Map.of() : new LinkedHashMap<>(file.fields())));
    }
    return texts;
  }

  private static String location(String input, String file) {
    boolean whole = input.isEmpty() || file.startsWith("/") || file.contains(":/");
    return whole ? file : input.replaceFirst("/+$", "") + "/" + file;
  }

  /** The names of all fields of some texts, each once. */
  public static List<String> fields(List<Texts> tables) {
    Set<String> names = new LinkedHashSet<>();
    tables.forEach(table -> names.addAll(table.fields().keySet()));
    return List.copyOf(names);
  }
}
