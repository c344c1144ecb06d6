package org.optirag.dataset.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * Where wanted columns lie in a file: each is one of its columns, or by a dotted name a field
 * within one, as "details.brand" in the maps or records of "details". A column whose own name has
 * dots comes first.
 */
final class Places {
  private final Path file;
  private final List<String> wanted;
  private final List<String> bases = new ArrayList<>();
  private final List<List<String>> paths = new ArrayList<>();
  private final boolean[] seen;
  private final Set<String> fields = new LinkedHashSet<>();

  /**
   * Finds columns.
   *
   * @throws org.optirag.workspace.UserException if one is not there
   */
  Places(Path file, List<String> known, List<String> wanted) {
    this.file = file;
    this.wanted = wanted;
    this.seen = new boolean[wanted.size()];
    for (String column : wanted) {
      String base = Layout.base(known, column);
      if (base == null) {
        throw Layout.missing(file, column, known);
      }
      if (known.indexOf(base) != known.lastIndexOf(base)) {
        throw new UserException(
            file + " has the column '" + base + "' twice.",
            "Rename one of them in the file, or name all in the mapping with 'columns:'.");
      }
      bases.add(base);
      paths.add(
          base.equals(column)
              ? List.of()
              : List.of(column.substring(base.length() + 1).split("\\.", -1)));
    }
  }

  /** The file's columns to read, one for each that is wanted. */
  List<String> bases() {
    return bases;
  }

  /** The cell of the wanted column of a number, given that of its base. */
  @Nullable String value(int column, @Nullable String cell) {
    List<String> path = paths.get(column);
    if (path.isEmpty()) {
      return cell;
    }
    Object value = Nested.of(cell);
    Object found = Nested.at(value, path);
    seen[column] |= found != null;
    if (found == null && fields.size() < 100) {
      name(value, bases.get(column));
    }
    return Nested.cell(found);
  }

  private void name(@Nullable Object value, String of) {
    if (value instanceof Map<?, ?> map) {
      map.keySet().forEach(key -> fields.add(of + "." + key));
    } else if (value instanceof List<?> list) {
      list.forEach(element -> name(element, of));
    }
  }

  /**
   * Once all rows are read.
   *
   * @throws org.optirag.workspace.UserException if no row has a wanted field
   */
  void insistOnFields() {
    for (int i = 0; i < seen.length; i++) {
      if (!paths.get(i).isEmpty() && !seen[i]) {
        throw Layout.missing(file, wanted.get(i), List.copyOf(fields));
      }
    }
  }
}
