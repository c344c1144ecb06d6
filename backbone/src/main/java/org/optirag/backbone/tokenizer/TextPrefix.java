package org.optirag.backbone.tokenizer;

import org.optirag.backbone.tokenizer.Tokenizer.Place;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * When a tokenizer puts a space before a text. Hugging Face's library does it at the start of every
 * text that it is given, wherever that stands in a prompt; so the rule is taken out of the
 * tokenizer and applied here.
 */
enum TextPrefix {
  /** Never. */
  NONE {
    @Override
    boolean at(Place place) {
      return false;
    }
  },
  /** Before the very first text, unless it begins with a space. */
  FIRST {
    @Override
    boolean at(Place place) {
      return place == Place.START;
    }
  },
  /** There and after every control token, unless the text begins with a space. */
  EACH {
    @Override
    boolean at(Place place) {
      return place != Place.AFTER_TEXT;
    }
  },
  /** In the same places, even before a space. */
  EVEN_BEFORE_SPACE {
    @Override
    boolean at(Place place) {
      return place != Place.AFTER_TEXT;
    }
  };

  /** Whether a text there gets a space. */
  abstract boolean at(Place place);

  /** The text as the tokenizer without its rule reads it. */
  String before(String text, Place place) {
    boolean wanted =
        at(place)
            && !text.isEmpty()
            && (this == EVEN_BEFORE_SPACE || !(text.startsWith(" ") || text.startsWith("▁")));
    return wanted ? " " + text : text;
  }

  /** Takes the rule out of a tokenizer.json. */
  static TextPrefix takenOut(ObjectNode json) {
    TextPrefix found = NONE;
    for (String step : new String[] {"normalizer", "pre_tokenizer"}) {
      TextPrefix here = json.get(step) instanceof ObjectNode node ? ofStep(node) : NONE;
      found = found == NONE ? here : found;
      if (json.path(step).path("type").asString("").equals("Prepend")) {
        json.putNull(step);
      }
    }
    return found;
  }

  private static TextPrefix ofStep(ObjectNode step) {
    return switch (step.path("type").asString("")) {
      case "Prepend" -> step.path("prepend").asString("").equals("▁") ? EVEN_BEFORE_SPACE : NONE;
      case "Metaspace" -> ofMetaspace(step);
      case "ByteLevel" -> {
        boolean each = step.path("add_prefix_space").asBoolean(true);
        step.put("add_prefix_space", false);
        yield each ? EACH : NONE;
      }
      case "Sequence" -> {
        TextPrefix found = NONE;
        for (String list : new String[] {"normalizers", "pretokenizers"}) {
          if (step.get(list) instanceof ArrayNode steps) {
            found = ofSteps(steps, found);
          }
        }
        yield found;
      }
      default -> NONE;
    };
  }

  private static TextPrefix ofSteps(ArrayNode steps, TextPrefix before) {
    TextPrefix found = before;
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (steps.get(i) instanceof ObjectNode inner) {
        TextPrefix here = ofStep(inner);
        found = here == NONE ? found : here;
        if (here == EVEN_BEFORE_SPACE && inner.path("type").asString("").equals("Prepend")) {
          steps.remove(i);
        }
      }
    }
    return found;
  }

  /** Older files have add_prefix_space alone, which is the same as "always". */
  private static TextPrefix ofMetaspace(ObjectNode step) {
    JsonNode scheme = step.path("prepend_scheme");
    boolean adds = step.path("add_prefix_space").asBoolean(true);
    step.put("prepend_scheme", "never").put("add_prefix_space", false);
    return switch (scheme.asString(adds ? "always" : "never")) {
      case "first" -> FIRST;
      case "never" -> NONE;
      default -> EACH;
    };
  }
}
