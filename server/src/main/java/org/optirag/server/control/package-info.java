/** How deep the model thinks under load: moves exits along the curve that validation measured. */
@NullMarked
package org.optirag.server.control;

import org.jspecify.annotations.NullMarked;
