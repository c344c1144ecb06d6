package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.optirag.dataset.Interactions;

/**
 * Groups impressions into ranking requests, so that the candidates of one user share a context.
 *
 * <p>A request opens at an impression and takes in the user's next ones as candidates, until the
 * window has passed or there are enough of them. All are scored as of the <em>first</em> one's
 * time: later ones do without what the user did in between, which may cost some accuracy and can
 * never show a label to its own prediction.
 *
 * <p>Where the data tell what was shown together ({@link Interactions#request}), those impressions
 * are one request, however many they are, whatever the window.
 */
public final class Requests {
  private Requests() {}

  /**
   * How impressions are grouped where nothing tells what was shown together.
   *
   * @param window how long after its first impression a request takes in others, in the data's unit
   *     of time: seconds, or places where the source has no times; 0 groups equal times only
   * @param candidates the most candidates of one request
   */
  public record Grouping(long window, int candidates) {
    /** A day, 20 candidates. */
    public static final Grouping DEFAULT = new Grouping(86_400, 20);

    /** Each impression for itself: pointwise scoring. */
    public static final Grouping POINTWISE = new Grouping(0, 1);

    /** Checks the bounds. */
    public Grouping {
      if (window < 0 || candidates < 1) {
        throw new IllegalArgumentException(
            "window %d must be >= 0, candidates %d >= 1".formatted(window, candidates));
      }
    }
  }

  /**
   * A request.
   *
   * @param user the user's number
   * @param time the first impression's time
   * @param rows the impressions, ascending
   */
  public record Request(int user, long time, List<Integer> rows) {
    /** Copies the list. */
    public Request {
      rows = List.copyOf(rows);
    }

    /** The candidates: the items of the request's rows, in order. */
    public int[] items(Interactions impressions) {
      return rows.stream().mapToInt(impressions::item).toArray();
    }

    /** The labels of the request's rows, in order. */
    public boolean[] labels(Interactions impressions) {
      boolean[] labels = new boolean[rows.size()];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = impressions.label(rows.get(i));
      }
      return labels;
    }
  }

  /** All impressions as requests, in order of time. */
  public static List<Request> group(Interactions impressions, Grouping grouping) {
    List<Request> requests = new ArrayList<>();
    Map<Integer, Open> open = new HashMap<>();
    Map<Integer, List<Integer>> shown = new HashMap<>();
    for (int row = 0; row < impressions.size(); row++) {
      if (impressions.request(row) != Interactions.ALONE) {
        shown.computeIfAbsent(impressions.request(row), number -> new ArrayList<>()).add(row);
        continue;
      }
      int user = impressions.user(row);
      long time = impressions.time(row);
      Open request = open.get(user);
      if (request != null
          && (request.rows.size() == grouping.candidates
              || time - request.time > grouping.window)) {
        requests.add(request.close(user));
        request = null;
      }
      if (request == null) {
        request = new Open(time, new ArrayList<>());
        open.put(user, request);
      }
      request.rows.add(row);
    }
    open.forEach((user, request) -> requests.add(request.close(user)));
    for (List<Integer> rows : shown.values()) {
      int first = rows.getFirst();
      requests.add(new Request(impressions.user(first), impressions.time(first), rows));
    }
    requests.sort(Comparator.comparing(request -> request.rows().getFirst()));
    return List.copyOf(requests);
  }

  /**
   * Draws whole requests at random until they hold {@code impressions}, and cuts the last one.
   * Whole ones, because a context serves all its candidates and because UAUC needs several of a
   * user.
   *
   * @return the drawn requests in order of time; all, if they hold no more impressions than that
   */
  public static List<Request> sample(List<Request> requests, int impressions, long seed) {
    List<Request> shuffled = new ArrayList<>(requests);
    Collections.shuffle(shuffled, new Random(seed));
    List<Request> drawn = new ArrayList<>();
    int missing = impressions;
    for (Request request : shuffled) {
      if (missing <= 0) {
        break;
      }
      List<Integer> rows = request.rows();
      List<Integer> kept = rows.subList(0, Math.min(missing, rows.size()));
      drawn.add(new Request(request.user(), request.time(), kept));
      missing -= kept.size();
    }
    drawn.sort(Comparator.comparing(request -> request.rows().getFirst()));
    return List.copyOf(drawn);
  }

  /**
   * Deals the candidates of large requests to several of the same user and time, in turn, so that
   * each is like the whole: what learns holds all candidates of a request in memory at once.
   *
   * @param most candidates of a request
   * @return the requests in order of time; none of their impressions is lost
   */
  public static List<Request> parted(List<Request> requests, int most) {
    List<Request> parted = new ArrayList<>();
    for (Request request : requests) {
      List<Integer> rows = request.rows();
      int parts = Math.ceilDiv(rows.size(), most);
      for (int part = 0; part < parts; part++) {
        List<Integer> dealt = new ArrayList<>();
        for (int i = part; i < rows.size(); i += parts) {
          dealt.add(rows.get(i));
        }
        parted.add(new Request(request.user(), request.time(), dealt));
      }
    }
    return List.copyOf(parted);
  }

  private record Open(long time, List<Integer> rows) {
    Request close(int user) {
      return new Request(user, time, rows);
    }
  }
}
