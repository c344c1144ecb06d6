package org.optirag.dataset.source;

/** Decodes the entities that titles of web shops carry. */
public final class HtmlEntities {
  private HtmlEntities() {}

  /** "Lock &amp;amp; Key" becomes "Lock &amp; Key". */
  public static String decode(String text) {
    if (text.indexOf('&') < 0) {
      return text;
    }
    return text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
  }
}
