/** Many evaluations side by side: rows averaged over seeds, as a table, as JSON and as a page. */
@NullMarked
package org.optirag.evaluation.experiment;

import org.jspecify.annotations.NullMarked;
