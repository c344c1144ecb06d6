package org.optirag.backbone;

import java.util.List;
import org.optirag.backbone.lora.LoraModule;

/** The matrices of a block as they are multiplied: those with the same input are one. */
enum Projection {
  QKV(LoraModule.Q_PROJ, LoraModule.K_PROJ, LoraModule.V_PROJ),
  OUTPUT(LoraModule.O_PROJ),
  GATE_UP(LoraModule.GATE_PROJ, LoraModule.UP_PROJ),
  DOWN(LoraModule.DOWN_PROJ);

  static final List<Projection> BEFORE_ATTENTION = List.of(QKV);
  static final List<Projection> AFTER_ATTENTION = List.of(OUTPUT, GATE_UP, DOWN);

  private final List<LoraModule> modules;

  Projection(LoraModule... modules) {
    this.modules = List.of(modules);
  }

  /** Its parts, one under the other. */
  List<LoraModule> modules() {
    return modules;
  }
}
