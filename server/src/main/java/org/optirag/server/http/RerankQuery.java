package org.optirag.server.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.optirag.dataset.Field;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.Prompt;
import org.optirag.server.ranking.RankingModel;
import org.optirag.server.ranking.RankingModel.TextRoom;
import org.optirag.server.ranking.TextHead;

/**
 * What a rerank call asks of a bundle.
 *
 * @param request the user, and each document once
 * @param places where among the request's candidates each document is
 * @param cut documents that are longer than the call wants read, or the service reads
 * @param limits of the service
 */
record RerankQuery(RankRequest request, List<Integer> places, List<Integer> cut, Limits limits) {
  /** No id that a client may send begins so: a text is never taken for an item of that name. */
  private static final String UNNAMED = "\u001Fdocument ";

  /** Documents that a warning names. */
  private static final int NAMED = 20;

  private record Read(String text, List<Field> fields) {}

  /**
   * @param known whether an id is an item's
   */
  static RerankQuery of(
      RerankCall call, RankingModel model, Limits limits, Predicate<String> known) {
    Map<Read, Integer> first = new LinkedHashMap<>();
    List<CandidateItem> candidates = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    List<Integer> cut = new ArrayList<>();
    for (int i = 0; i < call.documents().size(); i++) {
      RerankCall.Document document = call.documents().get(i);
      boolean item =
          document.fields().isEmpty()
              && document.text().length() <= Texts.MOST_ID
              && known.test(document.text());
      Read texts = new Read(document.text(), document.fields());
      Read read = item ? texts : read(texts, model, limits, call.tokens());
      if (!read.equals(texts)) {
        cut.add(i);
      }
      Integer before = first.putIfAbsent(texts, candidates.size());
      places.add(before == null ? candidates.size() : before);
      if (before == null) {
        candidates.add(
            item
                ? CandidateItem.of(document.text())
                : new CandidateItem(UNNAMED + i, read.text, read.fields));
      }
    }
    return new RerankQuery(new RankRequest(call.user(), candidates), places, cut, limits);
  }

  /** The beginning of the texts: of the first, and if there is room of the others. */
  private static Read read(Read whole, RankingModel model, Limits limits, OptionalLong tokens) {
    String text = TextHead.characters(whole.text, limits.titleCharacters());
    List<Field> fields = new ArrayList<>();
    for (Field field : whole.fields) {
      fields.add(
          new Field(field.name(), TextHead.characters(field.value(), limits.fieldCharacters())));
    }
    if (tokens.isEmpty()) {
      return new Read(text, fields);
    }
    TextHead head = model.head(text, (int) tokens.getAsLong());
    int room = (int) tokens.getAsLong() - head.tokens();
    List<Field> fitting = new ArrayList<>();
    for (Field field : fields) {
      if (room > 0) {
        TextHead value = model.head(field.value(), room);
        room -= value.tokens();
        fitting.add(new Field(field.name(), value.text()));
      }
    }
    return new Read(head.text(), fitting);
  }

  /**
   * What the answer says of what was not read.
   *
   * @param prompt that was scored; what features alone decided, the model did not read at all
   */
  List<String> warnings(RerankCall call, RankingModel model, Prompt prompt) {
    List<String> warnings = new ArrayList<>();
    if (!call.passedOver().isEmpty()) {
      List<String> names = call.passedOver();
      warnings.add(
          "Passed over, as they mean nothing here: %s%s."
              .formatted(
                  String.join(", ", names.subList(0, Math.min(NAMED, names.size()))),
                  names.size() > NAMED ? " and %d more".formatted(names.size() - NAMED) : ""));
    }
    say(
        warnings,
        documents(i -> call.documents().get(i).unread()),
        "has fields that were not read; rank_fields names those to read");
    say(
        warnings,
        cut,
        call.tokens().isPresent()
            ? "was cut to its first %d tokens and %d characters"
                .formatted(call.tokens().getAsLong(), limits.titleCharacters())
            : "was cut to its first %d characters".formatted(limits.titleCharacters()));
    TextRoom room = model.textRoom();
    say(
        warnings,
        documents(i -> prompt.tokensOf(places.get(i)).isPresent() && exceeds(i, model, room)),
        "is longer than the model reads: %d tokens of a text, %d further texts"
            .formatted(room.tokens(), room.fields()));
    return warnings;
  }

  private List<Integer> documents(IntPredicate which) {
    return IntStream.range(0, places.size()).filter(which).boxed().toList();
  }

  private boolean exceeds(int document, RankingModel model, TextRoom room) {
    CandidateItem candidate = request.candidates().get(places.get(document));
    String title = candidate.title();
    return title != null
        && (exceeds(title, model, room)
            || candidate.fields().size() > room.fields()
            || candidate.fields().stream().anyMatch(field -> exceeds(field.value(), model, room)));
  }

  private static boolean exceeds(String text, RankingModel model, TextRoom room) {
    return !model.head(text, room.tokens()).text().equals(text);
  }

  private static void say(List<String> warnings, List<Integer> documents, String what) {
    if (!documents.isEmpty()) {
      String more =
          documents.size() > NAMED ? " and %d more".formatted(documents.size() - NAMED) : "";
      warnings.add(
          "documents%s%s: each %s."
              .formatted(documents.subList(0, Math.min(NAMED, documents.size())), more, what));
    }
  }
}
