package org.optirag.server.http;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;

/**
 * An endpoint.
 *
 * @param method of HTTP
 * @param path with names in braces
 * @param scope that a client needs
 * @param handler answers
 */
record Route(HandlerType method, String path, Scope scope, Handler handler) {}
