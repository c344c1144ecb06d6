/**
 * What is known of users and items: {@link org.optirag.dataset.Interactions}, item texts, user
 * profiles; how they are read, checked, stored and split by time.
 */
@NullMarked
package org.optirag.dataset;

import org.jspecify.annotations.NullMarked;
