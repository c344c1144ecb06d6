/**
 * What the service knows now: the imported data and every event since. A user's own events are in
 * his next prompt at once; what others did is brought together anew in the background.
 */
@NullMarked
package org.optirag.server.live;

import org.jspecify.annotations.NullMarked;
