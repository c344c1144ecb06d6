package org.optirag.scoring.bundle;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Rules;
import org.optirag.scoring.PromptSettings;

/**
 * What dataset.json of a bundle says: the data that the model was made for, and how it is told to
 * the backbone.
 *
 * @param name the data set's name
 * @param noun what an item is called in prompts
 * @param timed whether times are seconds since 1970
 * @param rules how ratings became labels
 * @param itemFields names of the items' further texts
 * @param userFields names of the profile fields
 * @param prompt what goes into a prompt
 * @param template version of the prompts' wording, {@link
 *     org.optirag.scoring.PromptAssembler#TEMPLATE}
 * @param features what the heads read beside the LLM's states, or null
 */
public record DatasetSchema(
    String name,
    String noun,
    boolean timed,
    Rules rules,
    List<String> itemFields,
    List<String> userFields,
    PromptSettings prompt,
    int template,
    @Nullable FeatureSchema features) {
  /** Copies the lists. */
  public DatasetSchema {
    itemFields = List.copyOf(itemFields);
    userFields = List.copyOf(userFields);
  }
}
