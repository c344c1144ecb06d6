package org.optirag.server.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import org.optirag.workspace.Checksums;

/** The page and the API's description: a handful of files within the jar. */
final class PageFiles {
  /** Path, to what it is and where it lies. */
  private static final Map<String, String[]> FILES =
      Map.of(
          "/", new String[] {"text/html; charset=utf-8", "page/index.html"},
          "/app.css", new String[] {"text/css; charset=utf-8", "page/app.css"},
          "/app.js", new String[] {"text/javascript; charset=utf-8", "page/app.js"},
          "/charts.js", new String[] {"text/javascript; charset=utf-8", charts()},
          "/openapi.json", new String[] {"application/json", "openapi.json"});

  private PageFiles() {}

  /** The paths that there are. */
  static Iterable<String> paths() {
    return FILES.keySet();
  }

  /** Answers with a file; a browser that has it keeps it. */
  static void serve(Context ctx, String path) {
    String[] file = FILES.get(path);
    if (file == null) {
      throw new IllegalArgumentException(path);
    }
    byte[] bytes = resource(file[1]);
    String tag = '"' + Checksums.sha256(bytes).substring(0, 32) + '"';
    ctx.header("ETag", tag).header("Cache-Control", "no-cache");
    if (tag.equals(ctx.header("If-None-Match"))) {
      ctx.status(304);
    } else {
      ctx.contentType(file[0]).result(bytes);
    }
  }

  private static String charts() {
    Properties properties = new Properties();
    try {
      properties.load(
          new StringReader(new String(resource("echarts.properties"), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "/META-INF/resources/webjars/echarts/%s/echarts.common.min.js"
        .formatted(properties.getProperty("version"));
  }

  private static byte[] resource(String name) {
    String place = name.startsWith("/") ? name : "/org/optirag/server/" + name;
    try (InputStream in = PageFiles.class.getResourceAsStream(place)) {
      if (in == null) {
        throw new IllegalStateException(place + " is missing from the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
