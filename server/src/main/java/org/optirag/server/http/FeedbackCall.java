package org.optirag.server.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.optirag.recommender.knowledge.Event;
import tools.jackson.databind.JsonNode;

/** The body of POST /v1/feedback: one event, an array of them, or a line each (NDJSON). */
final class FeedbackCall {
  /** The year 2100: whoever sends later times means milliseconds. */
  private static final long MOST_TIME = 4_102_444_800L;

  private static final String KINDS = "interaction, item or user";

  private final Limits limits;
  private final double likedFrom;

  /**
   * @param likedFrom the rating from which on an interaction that says no label is a like
   */
  FeedbackCall(Limits limits, double likedFrom) {
    this.limits = limits;
    this.likedFrom = likedFrom;
  }

  /** Reads a body of JSON: an event or an array. */
  List<Event> json(byte[] body) {
    JsonNode node = Json.parse(body, "");
    if (!node.isArray()) {
      return List.of(event(node, ""));
    }
    requireCount(node.size());
    List<Event> events = new ArrayList<>();
    for (JsonNode each : node) {
      events.add(event(each, "[" + events.size() + "]"));
    }
    return events;
  }

  /** Reads lines, each an event; empty lines are passed over. */
  List<Event> lines(byte[] body) {
    List<Event> events = new ArrayList<>();
    int number = 0;
    int start = 0;
    for (int at = 0; at <= body.length; at++) {
      if (at == body.length || body[at] == '\n') {
        number++;
        byte[] line = Arrays.copyOfRange(body, start, at);
        start = at + 1;
        if (!new String(line, StandardCharsets.ISO_8859_1).isBlank()) {
          events.add(event(Json.parse(line, "line " + number), "line " + number));
          requireCount(events.size());
        }
      }
    }
    requireCount(events.size());
    return events;
  }

  private void requireCount(int events) {
    if (events < 1 || events > limits.events()) {
      throw new ProblemException(
          422,
          "Wrong number of events",
          "A request has 1 to %d events.".formatted(limits.events()),
          null);
    }
  }

  private Event event(JsonNode node, String path) {
    Fields fields = Fields.of(node, path);
    String type = fields.text("type", 20);
    Event event =
        switch (type) {
          case "interaction" -> interaction(fields);
          case "item" ->
              new Event.Described(
                  fields.id("id"),
                  fields.id("item"),
                  fields.text("title", limits.titleCharacters()),
                  fields.texts("fields", Limits.FIELDS, limits.fieldCharacters()));
          case "user" ->
              new Event.Introduced(
                  fields.id("id"),
                  fields.id("user"),
                  fields.texts("profile", Limits.FIELDS, limits.fieldCharacters()));
          default ->
              throw ProblemException.field(
                  fields.path("type"), "The field is none of " + KINDS + ".");
        };
    fields.end();
    return event;
  }

  private Event interaction(Fields fields) {
    OptionalDouble rating = fields.optionalNumber("rating", -1e6, 1e6);
    boolean liked;
    if (fields.has("liked")) {
      liked = fields.flag("liked", false);
    } else if (rating.isPresent()) {
      liked = rating.getAsDouble() >= likedFrom;
      fields.ignore("liked");
    } else {
      throw ProblemException.field(
          fields.path("liked"), "The field is missing: give liked, or a rating to judge by.");
    }
    return new Event.Interacted(
        fields.id("id"),
        fields.id("user"),
        fields.id("item"),
        liked,
        rating,
        fields.optionalWhole("time", 0, MOST_TIME).orElse(Event.Interacted.WHEN_RECEIVED));
  }
}
