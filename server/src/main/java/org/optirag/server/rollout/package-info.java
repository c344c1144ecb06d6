/** Which bundle answers whom: several at once, changed while requests run, and how each does. */
@NullMarked
package org.optirag.server.rollout;

import org.jspecify.annotations.NullMarked;
