package org.optirag.evaluation.tradeoff;

/**
 * The arithmetic of the blocks relative to full depth. A token costs the same in every block;
 * attention, a few percent at our lengths, is left aside.
 *
 * @param prompts share when each candidate has a prompt of its own
 * @param requests share when a request's candidates share a context, which runs as deep as the
 *     deepest of them
 */
record Costs(double prompts, double requests) {

  /**
   * @param exits block at which each impression stops
   */
  static Costs of(HeadReadings readings, int[] exits) {
    double alone = 0;
    double aloneFull = 0;
    double shared = 0;
    double sharedFull = 0;
    int[] deepest = new int[readings.contextTokens().length];
    boolean[] present = new boolean[deepest.length]; // some requests may have no impression here
    for (int row = 0; row < exits.length; row++) {
      int request = readings.requests()[row];
      double candidate = readings.candidateTokens()[row];
      double prompt = candidate + readings.contextTokens()[request];
      alone += prompt * exits[row];
      aloneFull += prompt * readings.depth();
      shared += candidate * exits[row];
      sharedFull += candidate * readings.depth();
      deepest[request] = Math.max(deepest[request], exits[row]);
      present[request] = true;
    }
    for (int request = 0; request < deepest.length; request++) {
      if (present[request]) {
        double context = readings.contextTokens()[request];
        shared += context * deepest[request];
        sharedFull += context * readings.depth();
      }
    }
    return new Costs(alone / aloneFull, shared / sharedFull);
  }
}
