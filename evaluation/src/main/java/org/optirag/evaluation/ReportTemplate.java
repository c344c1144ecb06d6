package org.optirag.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An HTML page that draws itself from the JSON within it and opens without a network. Its template
 * stands beside this class and has four marks: {@code style}, {@code charts} (the charts' script),
 * {@code data} and {@code common} (what all pages' scripts share).
 */
public final class ReportTemplate {
  private static final Pattern MARK = Pattern.compile("/\\*(style|charts|data|common)\\*/");
  private static final String CHARTS =
      "/META-INF/resources/webjars/echarts/%s/echarts.common.min.js";

  private final String text;

  private ReportTemplate(String text) {
    this.text = text;
  }

  /** The template of that name, for instance "report.html". */
  public static ReportTemplate named(String name) {
    return new ReportTemplate(resource(name));
  }

  /** The page with its data. */
  public String page(JsonNode data) {
    // The template is cut at its marks, never searched again once data is in it.
    StringBuilder page = new StringBuilder();
    Matcher marks = MARK.matcher(text);
    int from = 0;
    while (marks.find()) {
      page.append(text, from, marks.start());
      page.append(
          switch (marks.group(1)) {
            case "style" -> resource("report.css");
            case "charts" -> charts();
            case "data" -> json(data);
            default -> resource("report.js");
          });
      from = marks.end();
    }
    return page.append(text.substring(from)).toString();
  }

  /** JSON in which no text can close the script element that holds it. */
  private static String json(JsonNode data) {
    return JsonMapper.shared()
        .writeValueAsString(data)
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
    return resource(CHARTS.formatted(properties.getProperty("version")));
  }

  private static String resource(String name) {
    try (InputStream in = ReportTemplate.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
