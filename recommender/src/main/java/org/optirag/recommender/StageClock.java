package org.optirag.recommender;

import java.util.function.Supplier;

/** Times the stages of a request: "retrieve", "prompt", "features", "score". */
public interface StageClock {
  /** Times nothing. */
  StageClock NONE =
      new StageClock() {
        @Override
        public <T> T time(String stage, Supplier<T> work) {
          return work.get();
        }
      };

  /** Does the work and counts its time for the stage, also when it fails. */
  <T> T time(String stage, Supplier<T> work);
}
