/**
 * Training, calibration and evaluation as objects: what a command, a notebook or a test calls.
 * Nothing here prints or exits; {@link org.optirag.workbench.Workplace} says who is told how far
 * the work is.
 */
@NullMarked
package org.optirag.workbench;

import org.jspecify.annotations.NullMarked;
