package org.optirag.recommender;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;

/**
 * An item to be ranked.
 *
 * @param id the item's id
 * @param title its title where the request brings one, for items that the service need not know;
 *     null for what the service knows of it
 * @param fields further texts that the request brings
 */
public record CandidateItem(String id, @Nullable String title, List<Field> fields) {
  /** Copies the list. */
  public CandidateItem {
    fields = List.copyOf(fields);
  }

  /** An item by its id alone. */
  public static CandidateItem of(String id) {
    return new CandidateItem(id, null, List.of());
  }
}
