@NullMarked
package org.optirag.cli;

import org.jspecify.annotations.NullMarked;
