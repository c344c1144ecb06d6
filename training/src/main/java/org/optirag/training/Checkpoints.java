package org.optirag.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.optirag.backbone.TrainableBackbone;
import org.optirag.workspace.UserException;

/**
 * The states of one training on disk: the last to go on from and the best to serve. A new one takes
 * the place of the old only when it is whole.
 */
class Checkpoints {
  private static final String SETTING = "setting.";
  private static final String LAST = "last.safetensors";

  private final Path last;
  private final Path best;
  private final TrainingSettings settings;

  Checkpoints(Path directory, TrainingSettings settings) {
    this.last = directory.resolve(LAST);
    this.best = directory.resolve("best.safetensors");
    this.settings = settings;
  }

  void saveLast(TrainableBackbone model, Position position) {
    save(last, model, position);
  }

  void saveBest(TrainableBackbone model, Position position) {
    save(best, model, position);
  }

  private void save(Path file, TrainableBackbone model, Position position) {
    Map<String, String> notes = new HashMap<>(position.notes());
    settings.essence().forEach((name, value) -> notes.put(SETTING + name, value));
    try {
      write(file, model, notes);
    } catch (UserException e) {
      throw new UserException(e.problem() + kept(), e.wayOut() + again(), e);
    }
  }

  private String kept() {
    return Files.exists(last)
        ? " The checkpoint before it is whole: " + last + "."
        : " There is no checkpoint yet.";
  }

  private String again() {
    return Files.exists(last) ? " Then run the same again: training goes on from there." : "";
  }

  /** Writes a state; a test puts a full disk here. */
  void write(Path file, TrainableBackbone model, Map<String, String> notes) {
    model.save(file, notes);
  }

  /** Whether there is a state to go on from. */
  boolean begun() {
    return Files.exists(last);
  }

  /** Whether a directory has a state to go on from. */
  static boolean begun(Path directory) {
    return Files.exists(directory.resolve(LAST));
  }

  /** Goes back to the last state, if there is one. */
  Position restoreLast(TrainableBackbone model) {
    return begun() ? restore(last, model) : Position.START;
  }

  /** Goes back to the best state. */
  void restoreBest(TrainableBackbone model) {
    restore(best, model);
  }

  private Position restore(Path file, TrainableBackbone model) {
    Map<String, String> notes = model.restore(file);
    settings
        .essence()
        .forEach((name, value) -> {
          String before = notes.get(SETTING + name);
          if (!value.equals(before)) {
            throw new UserException(
                "The training in %s was begun with the setting %s = %s, not %s."
                    .formatted(file.getParent(), name, before, value),
                "Go on with the settings it was begun with, or choose another directory.");
          }
        });
    try {
      return Position.of(notes);
    } catch (NumberFormatException e) {
      throw new UserException(
          "The checkpoint %s does not say how far training was.".formatted(file),
          "Choose another directory, or delete it to begin anew.",
          e);
    }
  }
}
