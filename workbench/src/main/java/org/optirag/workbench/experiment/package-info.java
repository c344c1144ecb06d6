/** Files of trainings and evaluations, run once and shown side by side. */
@NullMarked
package org.optirag.workbench.experiment;

import org.jspecify.annotations.NullMarked;
