/**
 * What every module needs of the machine it runs on: where files are cached, how they are
 * downloaded and written without ever being left half done, how progress is shown, and how an error
 * that a user caused is told.
 */
@NullMarked
package org.optirag.workspace;

import org.jspecify.annotations.NullMarked;
