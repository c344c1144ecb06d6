package org.optirag.server.http;

import org.jspecify.annotations.Nullable;

/** What is wrong with a request, as RFC 9457 has it; goes to the client as it is. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String title;
  private final @Nullable String field;
  private final int retryAfter;

  /**
   * @param status of HTTP
   * @param title the kind of problem, the same for all of its kind
   * @param detail what is wrong with this request
   * @param field that is to blame, for instance {@code candidates[3].title}, or null
   */
  ProblemException(int status, String title, String detail, @Nullable String field) {
    this(status, title, detail, field, 0);
  }

  /**
   * @param retryAfter seconds after which to try again, or 0
   */
  ProblemException(
      int status, String title, String detail, @Nullable String field, int retryAfter) {
    super(detail);
    this.status = status;
    this.title = title;
    this.field = field;
    this.retryAfter = retryAfter;
  }

  /** A field that is not what it should be. */
  static ProblemException field(String field, String detail) {
    return new ProblemException(422, "Invalid field", detail, field);
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  String detail() {
    return String.valueOf(getMessage());
  }

  @Nullable String field() {
    return field;
  }

  int retryAfter() {
    return retryAfter;
  }
}
