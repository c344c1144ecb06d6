package org.optirag.evaluation.tradeoff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.optirag.evaluation.Accuracy;
import org.optirag.evaluation.Auc;
import org.optirag.evaluation.LogLoss;
import org.optirag.evaluation.Predictions;
import org.optirag.evaluation.Uauc;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffPoint;

/** Readings under fixed calibrations and a fixed way to answer: exit policies can be tried. */
final class Calibrated {
  private final HeadReadings readings;
  private final List<HeadCalibration> calibrations;
  private final TraceScore answer;
  private final double[][] ratios;
  private final int[][] requests;
  private final UserMeans users;

  Calibrated(HeadReadings readings, List<HeadCalibration> calibrations, TraceScore answer) {
    this.readings = readings;
    this.calibrations = calibrations;
    this.answer = answer;
    this.ratios = apply(readings, calibrations);
    this.requests = byRequest(readings);
    this.users = new UserMeans(readings.users());
  }

  static List<HeadCalibration> calibrate(HeadReadings readings) {
    return IntStream.range(0, readings.heads())
        .mapToObj(head -> HeadCalibration.fit(readings.ofHead(head), readings.labels()))
        .toList();
  }

  static double[][] apply(HeadReadings readings, List<HeadCalibration> calibrations) {
    double[][] applied = new double[readings.size()][readings.heads()];
    for (int row = 0; row < applied.length; row++) {
      for (int head = 0; head < readings.heads(); head++) {
        applied[row][head] = calibrations.get(head).apply(readings.logRatios()[row][head]);
      }
    }
    return applied;
  }

  /** Calibrated log ratios, [impressions][heads]. */
  double[][] ratios() {
    return ratios;
  }

  HeadReadings readings() {
    return readings;
  }

  /** Whose impressions they are. */
  UserMeans users() {
    return users;
  }

  List<HeadCalibration> calibrations() {
    return calibrations;
  }

  TraceScore answer() {
    return answer;
  }

  /** At which head each impression stops under a policy, 0…. */
  int[] exits(ExitPolicy policy) {
    int[] exits = new int[ratios.length];
    for (int[] request : requests) {
      exits(policy, request, exits);
    }
    return exits;
  }

  /** As the scorer does it: head by head, all candidates of a request together. */
  private void exits(ExitPolicy policy, int[] request, int[] exits) {
    double[][] seen = new double[request.length][];
    boolean[] stopped = new boolean[request.length];
    int last = readings.heads() - 1;
    for (int head = 0; head <= last; head++) {
      for (int i = 0; i < request.length; i++) {
        if (!stopped[i]) {
          seen[i] = Arrays.copyOf(ratios[request[i]], head + 1);
        }
      }
      boolean[] stops = head == last ? null : policy.stops(seen);
      for (int i = 0; i < request.length; i++) {
        if (!stopped[i] && (stops == null || stops[i])) {
          stopped[i] = true;
          exits[request[i]] = head;
        }
      }
    }
  }

  private static int[][] byRequest(HeadReadings readings) {
    Map<Integer, List<Integer>> rows = new LinkedHashMap<>();
    for (int row = 0; row < readings.size(); row++) {
      rows.computeIfAbsent(readings.requests()[row], request -> new ArrayList<>()).add(row);
    }
    return rows.values().stream()
        .map(of -> of.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  /** The probability answered to each impression that stops at the given heads. */
  double[] probabilities(int[] exits) {
    double[] probabilities = new double[exits.length];
    for (int row = 0; row < exits.length; row++) {
      probabilities[row] = 1 / (1 + Math.exp(-answer.of(ratios[row], exits[row] + 1)));
    }
    return probabilities;
  }

  double[] probabilities(ExitPolicy policy) {
    return probabilities(exits(policy));
  }

  TradeOffPoint point(ExitPolicy policy) {
    int[] exits = exits(policy);
    Predictions predictions =
        new Predictions(
            probabilities(exits), readings.labels(), readings.users(), readings.requests());
    int[] counts = new int[readings.heads()];
    int[] blocks = new int[exits.length];
    double depth = 0;
    for (int row = 0; row < exits.length; row++) {
      counts[exits[row]]++;
      blocks[row] = readings.blocks().get(exits[row]);
      depth += blocks[row];
    }
    Costs costs = Costs.of(readings, blocks);
    return new TradeOffPoint(
        policy,
        depth / exits.length / readings.depth(),
        Arrays.stream(counts).boxed().toList(),
        Auc.of(predictions),
        Uauc.of(predictions),
        LogLoss.of(predictions),
        Accuracy.of(predictions),
        costs.prompts(),
        costs.requests());
  }

  /** AUC of each head's answer, were all candidates to stop there. */
  List<Double> headAucs() {
    List<Double> aucs = new ArrayList<>();
    for (int head = 0; head < readings.heads(); head++) {
      int[] exits = new int[readings.size()];
      Arrays.fill(exits, head);
      aucs.add(
          Auc.of(
              new Predictions(
                  probabilities(exits), readings.labels(), readings.users(), readings.requests())));
    }
    return aucs;
  }

  /** The nine deciles of each head's probabilities. */
  List<List<Double>> scoreDeciles() {
    return IntStream.range(0, readings.heads())
        .mapToObj(head -> {
          double[] sorted = Arrays.stream(ratios).mapToDouble(row -> row[head]).sorted().toArray();
          return IntStream.rangeClosed(1, 9)
              .mapToObj(tenth -> 1 / (1 + Math.exp(-sorted[tenth * sorted.length / 10])))
              .toList();
        })
        .toList();
  }
}
