package org.optirag.scoring;

import java.util.List;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.ItemTexts;

/** What prompts may tell of items and users, by number. */
public interface PromptTexts extends ItemTexts {
  /** The profile of a user, possibly nothing. */
  List<Field> profile(int user);

  /** As a data set has them. */
  static PromptTexts of(Dataset data) {
    return new PromptTexts() {
      @Override
      public String title(int item) {
        return data.items().title(item);
      }

      @Override
      public List<Field> fields(int item) {
        return data.items().fields(item);
      }

      @Override
      public List<Field> profile(int user) {
        return data.users().profiles().get(user);
      }
    };
  }
}
