/**
 * The forms in which data sets come: how the tables of each are laid out ({@link
 * org.optirag.dataset.source.Layout}), which column means what ({@link
 * org.optirag.dataset.source.Source}), and how a directory is recognised ({@link
 * org.optirag.dataset.source.Formats}).
 */
@NullMarked
package org.optirag.dataset.source;

import org.jspecify.annotations.NullMarked;
