/**
 * What counting says of a candidate: how often it was met and liked, lately and ever, what followed
 * what, and which values of fields it shares with what the user liked. Everything lies strictly
 * before the moment of the request.
 */
@NullMarked
package org.optirag.retrieval.behaviour;

import org.jspecify.annotations.NullMarked;
