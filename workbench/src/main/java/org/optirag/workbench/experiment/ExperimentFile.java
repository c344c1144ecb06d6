package org.optirag.workbench.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.optirag.workbench.PipelineSettings;

/**
 * What {@code optirag experiment} reads: what is compared on which data. Immutable and safe for use
 * from several threads.
 *
 * @param name of the experiment, and of its directory
 * @param datasets names in the cache, or ones to be pulled
 * @param seeds everything that is trained is trained once a seed; default one
 * @param evaluate options of every {@code optirag evaluate}, for instance {@code most: 2000}
 * @param baselines models without an LLM
 * @param zeroShot retrievers that the LLM as it was published is tried with
 * @param trainings what is trained
 */
public record ExperimentFile(
    String name,
    List<String> datasets,
    List<Long> seeds,
    Map<String, Object> evaluate,
    List<String> baselines,
    @JsonProperty("zero-shot") List<String> zeroShot,
    List<Training> trainings) {

  /**
   * Fills in what may be left out.
   *
   * @throws IllegalArgumentException if something is missing or wrong
   */
  public ExperimentFile {
    require(name != null && name.matches("[A-Za-z0-9._-]+"), "name: a word of letters and digits");
    require(datasets != null && !datasets.isEmpty(), "datasets: a list of at least one name");
    datasets = List.copyOf(datasets);
    seeds = seeds == null ? List.of(PipelineSettings.DEFAULT_SEED) : List.copyOf(seeds);
    require(!seeds.isEmpty(), "seeds: at least one, or leave it out");
    evaluate = ordered(evaluate);
    baselines = baselines == null ? List.of() : List.copyOf(baselines);
    zeroShot = zeroShot == null ? List.of() : List.copyOf(zeroShot);
    trainings = trainings == null ? List.of() : List.copyOf(trainings);
    require(
        !(baselines.isEmpty() && zeroShot.isEmpty() && trainings.isEmpty()),
        "baselines, zero-shot or trainings: something to compare");
  }

  /**
   * Some trainings: every combination of the options that have several values.
   *
   * @param method its name in tables; begins with "optirag" where it is ours
   * @param options of {@code optirag train}; a list is an axis of the grid
   * @param calibrate options of {@code optirag calibrate}; default a drop of AUC of 0.002
   * @param policies exit policies to measure; default none and chosen
   * @param seeds instead of the experiment's; empty: these
   */
  public record Training(
      String method,
      Map<String, Object> options,
      Map<String, Object> calibrate,
      List<String> policies,
      List<Long> seeds) {
    /**
     * Fills in what may be left out.
     *
     * @throws IllegalArgumentException if there is no method
     */
    public Training {
      require(method != null && !method.isBlank(), "method: a name");
      options = ordered(options);
      calibrate = ordered(calibrate);
      policies = policies == null ? List.of("none", "chosen") : List.copyOf(policies);
      seeds = seeds == null ? List.of() : List.copyOf(seeds);
    }

    /** The options of each training, one value each, in the order of the file. */
    public List<Map<String, String>> grid() {
      List<Map<String, String>> grid = List.of(Map.of());
      for (Map.Entry<String, Object> option : options.entrySet()) {
        List<Map<String, String>> longer = new ArrayList<>();
        for (Map<String, String> before : grid) {
          for (Object value : axis(option.getValue())) {
            Map<String, String> one = new LinkedHashMap<>(before);
            one.put(option.getKey(), text(value));
            longer.add(one);
          }
        }
        grid = longer;
      }
      return grid;
    }

    /** The options that differ within the grid. */
    public List<String> axes() {
      return options.entrySet().stream()
          .filter(option -> axis(option.getValue()).size() > 1)
          .map(Map.Entry::getKey)
          .toList();
    }

    private static Collection<?> axis(@Nullable Object value) {
      return value instanceof Collection<?> several ? several : Collections.singletonList(value);
    }
  }

  /**
   * Options as a command line has them: a true is a flag, a false is left out.
   *
   * @param options values by name, without dashes
   */
  public static List<String> arguments(Map<String, ?> options) {
    List<String> arguments = new ArrayList<>();
    options.forEach((name, value) -> {
      String text = text(value);
      if (!text.equals("false")) {
        arguments.add("--" + name);
        Optional.of(text).filter(one -> !one.equals("true")).ifPresent(arguments::add);
      }
    });
    return arguments;
  }

  private static String text(@Nullable Object value) {
    return value instanceof Collection<?> several
        ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  private static Map<String, Object> ordered(@Nullable Map<String, Object> given) {
    return given == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(given));
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException("missing or wrong: " + what);
    }
  }
}
