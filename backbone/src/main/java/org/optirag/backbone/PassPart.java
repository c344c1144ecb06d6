package org.optirag.backbone;

import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.bytedeco.pytorch.Tensor;

/**
 * What a forward pass spends its time on. Each piece of work is an event of the Java Flight
 * Recorder, {@value #EVENT}: nothing to speak of where nobody records, and a profile of a running
 * service where somebody does.
 */
public enum PassPart {
  /** RMS norms before the projections. */
  NORM("norms"),
  /** Queries, keys and values. */
  QKV("q, k, v projections"),
  /** Rotary positions, and laying out what the attention reads. */
  ROTATION("rotation"),
  /** Scores, softmax and mixing. */
  ATTENTION("attention"),
  /** The attention's output projection and what is added to the residual stream. */
  OUTPUT("output projection"),
  /** Gate and up projections. */
  GATE_UP("gate, up projections"),
  /** silu(gate) · up. */
  GATE("silu(gate) · up"),
  /** The down projection and what is added to the residual stream. */
  DOWN("down projection"),
  /** The last tokens' states, taken out for the heads. */
  STATES("last states");

  /** The event's name in recordings. */
  public static final String EVENT = "org.optirag.PassPart";

  private final String text;

  PassPart(String text) {
    this.text = text;
  }

  /** What it is called in tables. */
  public String text() {
    return text;
  }

  /** Does a piece of this part's work. */
  <T> T of(Supplier<T> work) {
    Piece piece = new Piece();
    piece.begin();
    T result = work.get();
    piece.end();
    if (piece.shouldCommit()) {
      piece.part = name();
      piece.commit();
    }
    return result;
  }

  /** Does a piece of this part's work, and frees all tensors but its result. */
  Tensor tensor(Supplier<Tensor> work) {
    return of(() -> Tensors.only(work));
  }

  /** A piece of work, as a recording has it. */
  @Name(EVENT)
  @Label("Part of a forward pass")
  @Category("OptiRAG")
  @Description("A piece of work in one block of the backbone")
  @StackTrace(false)
  private static final class Piece extends Event {
    @Label("Part")
    String part = "";
  }
}
