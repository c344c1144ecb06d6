package org.optirag.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Field;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.Evidence;
import org.optirag.retrieval.Neighbour;

/**
 * The pieces that prompts are made of, as tokens. What is read of an item is remembered by its very
 * text: a text that has changed is another text. Safe for use from many threads.
 */
final class Pieces {
  /** Most tokens of a field's name and of a profile's value. */
  private static final int NAME_TOKENS = 8;

  private static final int PROFILE_FIELDS = 4;

  /** Most texts that are remembered; past it all are forgotten, and the known ones soon return. */
  private static final int MOST_REMEMBERED = 50_000;

  /** Longer ones are read each time, so that what strangers send cannot fill the memory. */
  private static final int MOST_CHARACTERS = 400;

  private final String article;
  private final String noun;
  private final PromptSettings settings;
  private final Tokenizer tokenizer;
  private final ChatFrame frame;
  private final Texts texts;
  private final Map<String, int[]> listed = new ConcurrentHashMap<>();
  private final Map<ItemText, int[]> asked = new ConcurrentHashMap<>();

  private record ItemText(String title, List<Field> fields) {
    int characters() {
      return title.length()
          + fields.stream().mapToInt(f -> f.name().length() + f.value().length()).sum();
    }
  }

  Pieces(String article, String noun, Tokenizer tokenizer, PromptSettings settings) {
    this.article = article;
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.frame = settings.format().frame(tokenizer);
    this.texts = new Texts(tokenizer, settings.format());
    this.noun = texts.word(noun, ": ");
  }

  /** What the model expects first, frame, instruction and profile. */
  int[] opening(List<Field> profile) {
    String instruction =
        "You predict whether a user will like "
            + article
            + " "
            + noun
            + ", from what this user and similar users liked. Answer with Yes or No only.";
    Tokens tokens = new Tokens();
    addTurn(tokens, frame.beforeInstruction(), instruction);
    addTurn(tokens, frame.beforeContext(), "The user");
    int[] first = tokenizer.beginning();
    if (!tokens.startWith(first)) {
      tokens.addFirst(first);
    }
    int told = settings.profile() ? Math.min(profile.size(), PROFILE_FIELDS) : 0;
    for (int i = 0; i < told; i++) {
      tokens.add(texts.data(i == 0 ? ": " : ", ", profile.get(i).name(), NAME_TOKENS));
      tokens.add(texts.data(" ", profile.get(i).value(), NAME_TOKENS));
    }
    return tokens.toArray();
  }

  /**
   * A text of the frame and the words after it. A space between them is the beginning of the words,
   * as a tokenizer has it; where it puts one there itself, the frame's is that one.
   */
  private void addTurn(Tokens tokens, String before, String words) {
    boolean spaced = before.endsWith(" ");
    tokens.add(texts.frame(spaced ? before.stripTrailing() : before, place(tokens)));
    boolean own = spaced && !tokenizer.spaces(place(tokens));
    tokens.add(texts.words(own ? " " + words : words, place(tokens)));
  }

  private Tokenizer.Place place(Tokens tokens) {
    return tokenizer.after(tokens.toArray());
  }

  int[] heading(boolean liked) {
    return texts.words(liked ? "\nThe user liked:" : "\nThe user did not like:");
  }

  int[] listed(String title) {
    return remembered(listed, title, title.length(), key -> cut("\n- ", key));
  }

  int[] neighbour(Neighbour neighbour, PromptTexts told) {
    Tokens tokens = new Tokens();
    for (boolean liked : new boolean[] {true, false}) {
      List<Behaviour> part =
          neighbour.behaviours().stream().filter(b -> b.liked() == liked).toList();
      if (!part.isEmpty()) {
        tokens.add(texts.words(liked ? "\nA similar user liked:" : "\nA similar user disliked:"));
        part.forEach(behaviour -> tokens.add(listed(told.title(behaviour.item()))));
      }
    }
    return tokens.toArray();
  }

  /**
   * The candidate's part. What is longer than settings allow loses the oldest of the behaviours
   * like it, then the end of its texts.
   *
   * @param room tokens that the opening leaves, the most where settings allow any
   */
  int[] candidate(int item, Evidence evidence, PromptTexts told, int room) {
    ItemText text = new ItemText(told.title(item), told.fields(item));
    int[] read = remembered(asked, text, text.characters(), this::itemText);
    int[] counts = settings.evidence() ? counts(evidence) : new int[0];
    int[] question = question();
    int most = settings.candidateTokens() == 0 ? room : settings.candidateTokens();
    int free = most - counts.length - question.length;
    Tokens tokens = new Tokens();
    tokens.add(read.length <= free ? read : Arrays.copyOf(read, Math.max(0, free)));
    tokens.add(counts);
    if (settings.evidence()) {
      similar(evidence.relevant(), free - read.length, told).forEach(tokens::add);
    }
    tokens.add(question);
    return tokens.toArray();
  }

  private int[] question() {
    Tokens tokens = new Tokens();
    if (settings.question()) {
      tokens.add(texts.words("\nWill the user like this " + noun + "? Answer Yes or No."));
    }
    tokens.add(texts.frame(frame.beforeAnswer()));
    return tokens.toArray();
  }

  private int[] itemText(ItemText item) {
    Tokens tokens = new Tokens();
    tokens.add(cut("\n\nCandidate " + noun + ": ", item.title));
    List<Field> fields = settings.fields() ? item.fields : List.of();
    for (Field field : fields.subList(0, Math.min(fields.size(), PromptSettings.ITEM_FIELDS))) {
      tokens.add(texts.data("\n", field.name(), ": ", NAME_TOKENS));
      tokens.add(cut(": ", field.value()));
    }
    return tokens.toArray();
  }

  private int[] cut(String before, String text) {
    return texts.data(before, text, settings.titleTokens());
  }

  private int[] counts(Evidence evidence) {
    Tokens tokens = new Tokens();
    if (evidence.usersSeen() > 0) {
      tokens.add(words("\nLiked by %d of %d users", evidence.usersLiked(), evidence.usersSeen()));
    }
    if (evidence.neighboursSeen() > 0) {
      tokens.add(
          words(
              "\nLiked by %d of %d similar users",
              evidence.neighboursLiked(), evidence.neighboursSeen()));
    }
    return tokens.toArray();
  }

  /** The latest behaviours that fit, oldest first. */
  private List<int[]> similar(List<Behaviour> relevant, int room, PromptTexts told) {
    List<int[]> fitting = new ArrayList<>();
    int free = room;
    for (Behaviour behaviour : relevant.reversed()) {
      Tokens tokens = new Tokens();
      tokens.add(texts.words(behaviour.liked() ? "\nThe user liked" : "\nThe user did not like"));
      tokens.add(cut(" the similar ", told.title(behaviour.item())));
      free -= tokens.size();
      if (fitting.size() == settings.relevant() || free < 0) {
        break;
      }
      fitting.add(tokens.toArray());
    }
    return fitting.reversed();
  }

  /** Counts vary without end: they are encoded each time, not remembered. */
  private int[] words(String format, int liked, int seen) {
    return tokenizer.encode(format.formatted(liked, seen));
  }

  private static <K> int[] remembered(
      Map<K, int[]> known, K key, int characters, Function<K, int[]> encode) {
    int[] tokens = known.get(key);
    if (tokens == null) {
      tokens = encode.apply(key);
      if (characters <= MOST_CHARACTERS) {
        if (known.size() >= MOST_REMEMBERED) {
          known.clear();
        }
        known.put(key, tokens);
      }
    }
    return tokens;
  }
}
