package org.optirag.workspace;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Reads a stream and closes it, so that the reader wakes, when nothing comes for too long. */
final class SilenceGuard implements AutoCloseable {
  private final InputStream in;
  private final Duration silence;
  private final Thread watch;
  private volatile long heard = System.nanoTime();
  private volatile boolean silent;

  SilenceGuard(InputStream in, Duration silence) {
    this.in = in;
    this.silence = silence;
    this.watch = Thread.ofVirtual().name("silence-guard").start(this::watch);
  }

  /** As {@link InputStream#read(byte[])}. */
  int read(byte[] buffer) throws IOException {
    try {
      int count = in.read(buffer);
      if (count < 0 && silent) {
        throw new IOException("closed");
      }
      heard = System.nanoTime();
      return count;
    } catch (IOException e) {
      throw silent ? new IOException("nothing came for " + silence.toSeconds() + " seconds", e) : e;
    }
  }

  private void watch() {
    try {
      while (true) {
        long left = silence.toNanos() - (System.nanoTime() - heard);
        if (left <= 0) {
          silent = true;
          in.close();
          return;
        }
        Thread.sleep(Duration.ofNanos(left));
      }
    } catch (InterruptedException | IOException e) {
      // Closed: nothing is left to watch.
    }
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
