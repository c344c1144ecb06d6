package org.optirag.backbone;

import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** The native library, set up for models larger than the Java heap and for busy machines. */
final class Libtorch {
  static {
    // JavaCPP would otherwise take a multiple of the heap for the limit of the whole process, and
    // read the process's size from the system at every allocation.
    for (String limit : new String[] {"maxbytes", "maxphysicalbytes"}) {
      String property = "org.bytedeco.javacpp." + limit;
      if (System.getProperty(property) == null) {
        System.setProperty(property, "0");
      }
    }
    // Threads that wait for each other at every operation collapse as soon as anything else runs on
    // the machine; whoever wants more cores runs several passes side by side.
    setThreads(1);
  }

  private Libtorch() {}

  /** Loads the library; before anything else of JavaCPP is used. */
  static void load() {
    // The work is in the static initializer.
  }

  static void setThreads(int threads) {
    torch.set_num_threads(threads);
    openblas_nolapack.blas_set_num_threads(threads);
  }
}
