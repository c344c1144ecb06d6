package org.optirag.retrieval;

import java.util.Arrays;

/**
 * The BPR loss (arXiv 1205.2618; LightGCN eq. 15) of sampled triples and its gradient with respect
 * to E^(0). The final embeddings are linear in E^(0), F = P E^(0) with P = (I + Â + … + Â^K) / (K +
 * 1) symmetric, so the gradient is the same propagation applied to the gradient at F: no automatic
 * differentiation is needed. Its arrays are used again by every call.
 */
final class BprGradient {
  private final Propagation forward;
  private final Propagation back;
  private final Propagation.Marks sampled;
  private final float[][] atUsers;
  private final float[][] atItems;
  private final double regularization;
  private final float mean;

  /**
   * @param regularization weight λ of λ/2 · |E^(0)|² of the sampled rows
   */
  BprGradient(Graph graph, int layers, int dimension, double regularization) {
    this.forward = new Propagation(graph, layers, dimension);
    this.back = new Propagation(graph, layers, dimension);
    this.sampled = new Propagation.Marks(new boolean[graph.users()], new boolean[graph.items()]);
    this.atUsers = new float[graph.users()][dimension];
    this.atItems = new float[graph.items()][dimension];
    this.regularization = regularization;
    this.mean = 1f / (layers + 1);
  }

  /**
   * Computes both.
   *
   * @param users E^(0) of the users
   * @param items E^(0) of the items
   * @param u users, a triple each
   * @param i items they liked
   * @param j other items
   * @return the triples' mean loss, without the regularization
   */
  double compute(float[][] users, float[][] items, int[] u, int[] i, int[] j) {
    mark(u, i, j);
    forward.run(users, items, null, sampled);
    double loss = 0;
    for (int t = 0; t < u.length; t++) {
      float[] fu = forward.users()[u[t]];
      float[] fi = forward.items()[i[t]];
      float[] fj = forward.items()[j[t]];
      double margin = (Embeddings.dot(fu, fi) - Embeddings.dot(fu, fj)) * mean * mean;
      loss += Math.log1p(Math.exp(-margin));
      float slope = (float) (-1 / (1 + Math.exp(margin)) / u.length) * mean * mean;
      add(atUsers[u[t]], slope, fi);
      add(atUsers[u[t]], -slope, fj);
      add(atItems[i[t]], slope, fu);
      add(atItems[j[t]], -slope, fu);
    }
    back.run(atUsers, atItems, sampled, null);
    float lambda = (float) (regularization / u.length);
    for (int t = 0; t < u.length; t++) {
      add(back.users()[u[t]], lambda, users[u[t]]);
      add(back.items()[i[t]], lambda, items[i[t]]);
      add(back.items()[j[t]], lambda, items[j[t]]);
    }
    return loss / u.length;
  }

  /** The gradient at the users, until the next call. */
  float[][] users() {
    return back.users();
  }

  /** The gradient at the items, until the next call. */
  float[][] items() {
    return back.items();
  }

  private void mark(int[] u, int[] i, int[] j) {
    clear(sampled.users(), atUsers);
    clear(sampled.items(), atItems);
    for (int t = 0; t < u.length; t++) {
      sampled.users()[u[t]] = true;
      sampled.items()[i[t]] = true;
      sampled.items()[j[t]] = true;
    }
  }

  private static void clear(boolean[] marks, float[][] rows) {
    for (int row = 0; row < marks.length; row++) {
      if (marks[row]) {
        marks[row] = false;
        Arrays.fill(rows[row], 0);
      }
    }
  }

  private static void add(float[] sum, float weight, float[] more) {
    for (int d = 0; d < sum.length; d++) {
      sum[d] += weight * more[d];
    }
  }
}
