/** The {@code optirag} command: a class a subcommand, nothing but wiring and printing. */
@NullMarked
package org.optirag.cli;

import org.jspecify.annotations.NullMarked;
