/**
 * Faults of every kind at a real service, drawn by a seed, and whether it kept what
 * docs/reliability.md promises.
 */
@NullMarked
package org.optirag.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
