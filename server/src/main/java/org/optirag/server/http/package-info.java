/** The service on the wire: requests read strictly, answers, errors that name the field. */
@NullMarked
package org.optirag.server.http;

import org.jspecify.annotations.NullMarked;
