package org.optirag.evaluation.baseline;

import java.util.List;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.evaluation.Auc;
import org.optirag.evaluation.Predictions;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.Requests.Request;
import org.optirag.scoring.HeadCalibration;
import org.optirag.workspace.UserException;

/**
 * What baselines learn from and choose by. The test part is not in it; {@link #histories} are asked
 * for the past of a request alone.
 */
final class LearningData {
  private final Dataset data;
  private final Split split;
  private final Interactions examples;
  private final Behaviours histories;
  private final Behaviours past;
  private final List<Request> requests;

  private LearningData(Dataset data, Split split, Behaviours histories) {
    this.data = data;
    this.split = split;
    // What was liked alone (a published split's histories, clicks) has no labels to learn from.
    boolean likesAlone = data.published().present() || split.train().labelRate() == 1;
    this.examples = likesAlone ? split.trainExamples() : split.train();
    this.histories = histories;
    this.past = new Behaviours(split.train(), data.users().size(), data.items().size());
    this.requests = Requests.group(split.validation(), Requests.Grouping.DEFAULT);
  }

  /**
   * @throws UserException if there is nothing to learn from
   */
  static LearningData of(Dataset data, Split split, Behaviours histories) {
    LearningData learning = new LearningData(data, split, histories);
    if (learning.examples.size() == 0) {
      throw new UserException(
          "The split of " + data.name() + " has no training examples.",
          "Give a larger share for training, or import more data.");
    }
    return learning;
  }

  int users() {
    return data.users().size();
  }

  int items() {
    return data.items().size();
  }

  Dataset data() {
    return data;
  }

  /** Labelled rows of the training part. */
  Interactions examples() {
    return examples;
  }

  /** All that is known of the training part, likes without a dislike to compare with included. */
  Interactions train() {
    return split.train();
  }

  Interactions validation() {
    return split.validation();
  }

  /** What a request's user did; to be asked at its time. */
  Behaviours histories() {
    return histories;
  }

  /** What the users of training examples did, in the training part. */
  Behaviours past() {
    return past;
  }

  /** The AUC on validation, in the requests that {@code Evaluator} makes; NaN without labels. */
  double validationAuc(Rater rater) {
    double[] ratings = ratings(rater);
    if (ratings.length == 0) {
      return Double.NaN;
    }
    double[] probabilities = new double[ratings.length];
    int[] rows = rows();
    boolean[] labels = new boolean[ratings.length];
    int[] users = new int[ratings.length];
    for (int i = 0; i < rows.length; i++) {
      // Any increasing map into [0, 1] that keeps apart what a logistic curve would round to 1.
      probabilities[i] = 0.5 + Math.atan(ratings[i]) / Math.PI;
      labels[i] = validation().label(rows[i]);
      users[i] = validation().user(rows[i]);
    }
    return Auc.of(new Predictions(probabilities, labels, users));
  }

  /** From ratings to log odds, on validation or else on training examples. */
  HeadCalibration calibrate(Rater rater) {
    if (validation().size() > 0) {
      return fit(ratings(rater), rows(), validation());
    }
    double[] ratings = new double[examples.size()];
    int[] rows = new int[ratings.length];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = row;
      int[] items = {examples.item(row)};
      ratings[row] = rater.rate(examples.user(row), items, examples.time(row))[0];
    }
    return fit(ratings, rows, examples);
  }

  private static HeadCalibration fit(double[] ratings, int[] rows, Interactions labelled) {
    boolean[] labels = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      labels[i] = labelled.label(rows[i]);
    }
    return HeadCalibration.fit(ratings, labels);
  }

  /** Ratings of the validation rows in the order of {@link #rows}. */
  private double[] ratings(Rater rater) {
    double[] ratings = new double[validation().size()];
    int next = 0;
    for (Request request : requests) {
      int[] items = request.rows().stream().mapToInt(validation()::item).toArray();
      for (double rating : rater.rate(request.user(), items, request.time())) {
        ratings[next++] = rating;
      }
    }
    return ratings;
  }

  private int[] rows() {
    return requests.stream()
        .flatMap(request -> request.rows().stream())
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
