package org.optirag.workbench.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.bench.PeerProcess;
import org.optirag.evaluation.bench.SideBySide;
import org.optirag.workspace.UserException;

/**
 * What is scored, by whom and how often. Immutable and safe for use from several threads.
 *
 * @param workloads candidates x tokens of the context, for instance "20x500"; "single" is 1x500
 * @param peers engines with a quantization or a type after a colon; blank ones are none
 * @param python the interpreter that has them
 * @param bundle scored under its exit policy too, or null
 * @param rounds after one to warm up, 1 to 1000
 * @param clock what counts as time
 * @param profile whether to say where the time of a pass at full depth goes
 * @param out the directory that takes the rows and what the peers leave
 */
public record BenchmarkSettings(
    List<String> workloads,
    List<String> peers,
    String python,
    @Nullable Path bundle,
    int rounds,
    SideBySide.Clock clock,
    boolean profile,
    Path out) {
  private static final int MOST_ROUNDS = 1000;

  /**
   * Copies the lists and checks what would otherwise be told after minutes.
   *
   * @throws UserException if a peer is not known, or the rounds are too few or too many
   */
  public BenchmarkSettings {
    workloads = List.copyOf(workloads);
    peers = List.copyOf(peers);
    peers.forEach(BenchmarkSettings::requireKnown);
    if (rounds < 1 || rounds > MOST_ROUNDS) {
      throw new UserException(
          rounds + " rounds are not possible.", "Give --rounds 1 to " + MOST_ROUNDS + ".");
    }
  }

  private static void requireKnown(String peer) {
    if (!peer.isBlank() && !PeerProcess.ENGINES.contains(peer.split(":", 2)[0])) {
      throw new UserException(
          "There is no peer \"" + peer + "\".",
          "Give llama.cpp:QUANTIZATION, java-llama.cpp:QUANTIZATION or transformers:TYPE.");
    }
  }

  /** The name of the file of rows. */
  public static final String ROWS = "scoring.json";

  /** The file that has all rows so far. */
  public Path rows() {
    return out.resolve(ROWS);
  }
}
