/**
 * Events on disk: appended once, in an order that all readers see alike, in an embedded SQLite file
 * or in PostgreSQL.
 */
@NullMarked
package org.optirag.server.store;

import org.jspecify.annotations.NullMarked;
