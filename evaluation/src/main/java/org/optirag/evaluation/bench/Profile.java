package org.optirag.evaluation.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.optirag.backbone.PassPart;

/**
 * Where the time of a scoring goes, from the events of the Java Flight Recorder.
 *
 * @param workload its name
 * @param dtype of the backbone
 * @param milliseconds of one scoring, mean
 * @param parts milliseconds in each part, mean; what is left to the whole is everything else
 */
public record Profile(
    String workload, String dtype, double milliseconds, Map<PassPart, Double> parts) {
  /** Copies the map. */
  public Profile {
    parts = Map.copyOf(parts);
  }

  /**
   * Scores a workload some times.
   *
   * @param rounds after one to warm up
   */
  public static Profile of(Workload workload, Contender contender, int rounds) {
    contender.run(workload.prompt());
    Map<PassPart, Double> nanos = new EnumMap<>(PassPart.class);
    double wall = 0;
    try (RecordingStream events = new RecordingStream()) {
      events.enable(PassPart.EVENT).withoutThreshold();
      events.onEvent(PassPart.EVENT, event -> nanos.merge(part(event), nanos(event), Double::sum));
      events.startAsync();
      for (int round = 0; round < rounds; round++) {
        wall += contender.run(workload.prompt()).wall();
      }
      events.stop(); // waits for the events on their way
    }
    nanos.replaceAll((part, sum) -> sum / rounds / 1e6);
    return new Profile(workload.name(), contender.dtype(), 1e3 * wall / rounds, nanos);
  }

  private static PassPart part(RecordedEvent event) {
    return PassPart.valueOf(event.getString("part"));
  }

  private static double nanos(RecordedEvent event) {
    return event.getDuration().toNanos();
  }

  private double rest() {
    return milliseconds - parts.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** For a terminal: a column each. */
  public static List<String> table(List<Profile> profiles) {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder(String.format("%-24s", "ms (share)"));
    profiles.forEach(
        profile -> head.append(String.format("%18s", profile.workload + " " + profile.dtype)));
    lines.add(head.toString());
    for (PassPart part : PassPart.values()) {
      lines.add(line(part.text(), profiles, profile -> profile.parts.getOrDefault(part, 0.0)));
    }
    lines.add(line("the rest", profiles, Profile::rest));
    lines.add(line("whole", profiles, Profile::milliseconds));
    return List.copyOf(lines);
  }

  private static String line(
      String name,
      List<Profile> profiles,
      java.util.function.ToDoubleFunction<Profile> milliseconds) {
    StringBuilder line = new StringBuilder(String.format("%-24s", name));
    for (Profile profile : profiles) {
      double ms = milliseconds.applyAsDouble(profile);
      line.append(
          String.format(Locale.ROOT, "%11.1f (%2.0f %%)", ms, 100 * ms / profile.milliseconds));
    }
    return line.toString();
  }
}
