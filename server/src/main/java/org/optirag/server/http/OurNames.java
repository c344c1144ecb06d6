package org.optirag.server.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The names that a service on loopback answers to. Any other in a request's Host is one that a page
 * of another site made to point here (DNS rebinding). One rule for all loopback addresses.
 *
 * @param checked whether the service is on loopback; elsewhere it has names that it does not know
 */
record OurNames(boolean checked) {
  private static final String FOUR = "127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}";

  /** Those of a service that listens at an address or name. */
  static OurNames at(String host) {
    try {
      return new OurNames(InetAddress.getByName(host).isLoopbackAddress());
    } catch (UnknownHostException e) {
      return new OurNames(false); // nothing can listen there
    }
  }

  /** Whether a request's Host, with or without a port, is one of them. */
  boolean includes(@Nullable String host) {
    if (host == null || !checked) {
      return true;
    }
    int colon = host.lastIndexOf(':');
    String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    return name.toLowerCase(Locale.ROOT).equals("localhost")
        || name.equals("[::1]")
        || name.matches(FOUR);
  }
}
