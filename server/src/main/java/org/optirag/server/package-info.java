/** The ranking service: one user, many candidates, a deadline. */
@NullMarked
package org.optirag.server;

import org.jspecify.annotations.NullMarked;
