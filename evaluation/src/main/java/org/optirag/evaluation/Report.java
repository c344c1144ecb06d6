package org.optirag.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import org.optirag.workspace.AtomicFiles;
import tools.jackson.databind.json.JsonMapper;

/**
 * An evaluation as one HTML page with its charts, which opens without a network.
 *
 * <p>The page carries {@link ResultsFile}'s JSON and draws itself from it. Its size does not grow
 * with the impressions: about 0.7 MB for the charts' script and 6 KB a scorer.
 */
public final class Report {
  private static final String SCRIPT =
      "/META-INF/resources/webjars/echarts/%s/echarts.common.min.js";

  private Report() {}

  /**
   * Writes the page, whole or not at all.
   *
   * @throws org.optirag.workspace.UserException if the directory cannot be written
   */
  public static void write(Path target, Evaluation evaluation) {
    AtomicFiles.writeString(target, html(evaluation));
  }

  static String html(Evaluation evaluation) {
    // The template is cut at its marks, never searched again once data is in it.
    String[] parts = resource("report.html").split("/\\*(?:charts|data)\\*/", -1);
    if (parts.length != 3) {
      throw new IllegalStateException("report.html has " + (parts.length - 1) + " marks, not 2");
    }
    return parts[0] + charts() + parts[1] + data(evaluation) + parts[2];
  }

  /** JSON in which no text can close the script element that holds it. */
  private static String data(Evaluation evaluation) {
    return JsonMapper.shared()
        .writeValueAsString(ResultsFile.json(evaluation))
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026");
  }

  private static String charts() {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(resource("echarts.properties")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return resource(SCRIPT.formatted(properties.getProperty("version")));
  }

  private static String resource(String name) {
    try (InputStream in = Report.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
