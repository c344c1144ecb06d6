package org.optirag.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.Evidence;
import org.optirag.retrieval.Neighbour;
import org.optirag.retrieval.Retrieved;

/**
 * Writes prompts. A prompt is made of pieces that are tokenized one by one: instruction, profile,
 * one piece a behaviour, one a neighbour, and the candidate's. So context and candidate part
 * cleanly, pieces can be counted and remembered, and the ids of a piece never depend on what stands
 * beside it. Safe for use from many threads.
 */
public final class PromptAssembler {
  /** Version of the wording: a model trained on other prompts would be misled by these. */
  public static final int TEMPLATE = 1;

  private static final String INSTRUCTION =
      "You predict whether a user will like a %s, from what this user and similar users liked."
          + " Answer with Yes or No only.";

  /** Most tokens of a field's name and of a profile's value. */
  private static final int NAME_TOKENS = 8;

  private static final int PROFILE_FIELDS = 4;
  private static final int ITEM_FIELDS = 3;

  private final Dataset data;
  private final PromptSettings settings;
  private final Tokenizer tokenizer;
  private final Texts texts;
  private final Map<Integer, int[]> listed = new ConcurrentHashMap<>();
  private final Map<Integer, int[]> asked = new ConcurrentHashMap<>();

  /** An assembler for one data set and one model's tokenizer. */
  public PromptAssembler(Dataset data, Tokenizer tokenizer, PromptSettings settings) {
    this.data = data;
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.texts = new Texts(tokenizer);
  }

  /**
   * Writes the prompt of a user and some candidates. Where the room does not suffice, the oldest
   * behaviours and the least similar users are left out, each as a whole.
   *
   * @param candidates item numbers, in the order of {@link Retrieved#evidence}
   */
  public Prompt assemble(int user, int[] candidates, Retrieved retrieved) {
    List<int[]> parts = new ArrayList<>();
    int longest = 0;
    for (int i = 0; i < candidates.length; i++) {
      int[] part = candidate(candidates[i], retrieved.evidence().get(i));
      parts.add(part);
      longest = Math.max(longest, part.length);
    }
    Tokens context = new Tokens();
    context.add(opening(user));
    Room room = new Room(settings.tokens() - longest - context.size());
    List<Behaviour> history = room.fitHistory(retrieved, this);
    List<Neighbour> neighbours = room.fitNeighbours(retrieved, this);
    addHistory(context, history);
    for (Neighbour neighbour : neighbours) {
      context.add(neighbour(neighbour));
    }
    return new Prompt(
        new PackedPrompt(context.toArray(), parts),
        new float[candidates.length][0],
        history.size(),
        neighbours.size());
  }

  /** Frame, instruction and profile. */
  private int[] opening(int user) {
    ChatFormat format = settings.format();
    Tokens tokens = new Tokens();
    tokens.add(texts.frame(format.beforeInstruction()));
    tokens.add(texts.words(INSTRUCTION.formatted(data.noun())));
    tokens.add(texts.frame(format.beforeContext()));
    List<Field> profile = settings.profile() ? data.users().profiles().get(user) : List.of();
    tokens.add(texts.words("The user"));
    for (int i = 0; i < Math.min(profile.size(), PROFILE_FIELDS); i++) {
      tokens.add(texts.data(i == 0 ? ": " : ", ", profile.get(i).name(), NAME_TOKENS));
      tokens.add(texts.data(" ", profile.get(i).value(), NAME_TOKENS));
    }
    return tokens.toArray();
  }

  private void addHistory(Tokens context, List<Behaviour> history) {
    for (boolean liked : new boolean[] {true, false}) {
      List<Behaviour> part = history.stream().filter(b -> b.liked() == liked).toList();
      if (!part.isEmpty()) {
        context.add(texts.words(heading(liked)));
        part.forEach(behaviour -> context.add(listed(behaviour)));
      }
    }
  }

  private static String heading(boolean liked) {
    return liked ? "\nThe user liked:" : "\nThe user did not like:";
  }

  /** Tokens that both headings of a history take. */
  int headings() {
    return texts.words(heading(true)).length + texts.words(heading(false)).length;
  }

  int[] listed(Behaviour behaviour) {
    return listed.computeIfAbsent(
        behaviour.item(), item -> title("\n- ", data.items().title(item)));
  }

  int[] neighbour(Neighbour neighbour) {
    Tokens tokens = new Tokens();
    for (boolean liked : new boolean[] {true, false}) {
      List<Behaviour> part =
          neighbour.behaviours().stream().filter(b -> b.liked() == liked).toList();
      if (!part.isEmpty()) {
        tokens.add(texts.words(liked ? "\nA similar user liked:" : "\nA similar user disliked:"));
        part.forEach(behaviour -> tokens.add(listed(behaviour)));
      }
    }
    return tokens.toArray();
  }

  private int[] candidate(int item, Evidence evidence) {
    Tokens tokens = new Tokens();
    tokens.add(asked.computeIfAbsent(item, this::itemText));
    if (settings.evidence()) {
      addEvidence(tokens, evidence);
    }
    if (settings.question()) {
      tokens.add(texts.words("\nWill the user like this " + data.noun() + "? Answer Yes or No."));
    }
    tokens.add(texts.frame(settings.format().beforeAnswer()));
    return tokens.toArray();
  }

  private int[] itemText(int item) {
    Tokens tokens = new Tokens();
    tokens.add(title("\n\nCandidate " + data.noun() + ": ", data.items().title(item)));
    List<Field> fields = settings.fields() ? data.items().fields().get(item) : List.of();
    for (Field field : fields.subList(0, Math.min(fields.size(), ITEM_FIELDS))) {
      tokens.add(texts.data("\n", field.name(), NAME_TOKENS));
      tokens.add(title(": ", field.value()));
    }
    return tokens.toArray();
  }

  private int[] title(String before, String text) {
    return texts.data(before, text, settings.titleTokens());
  }

  private void addEvidence(Tokens tokens, Evidence evidence) {
    if (evidence.usersSeen() > 0) {
      tokens.add(words("\nLiked by %d of %d users", evidence.usersLiked(), evidence.usersSeen()));
    }
    if (evidence.neighboursSeen() > 0) {
      tokens.add(
          words(
              "\nLiked by %d of %d similar users",
              evidence.neighboursLiked(), evidence.neighboursSeen()));
    }
    List<Behaviour> relevant = evidence.relevant();
    for (Behaviour behaviour :
        relevant.subList(Math.max(0, relevant.size() - settings.relevant()), relevant.size())) {
      tokens.add(texts.words(behaviour.liked() ? "\nThe user liked" : "\nThe user did not like"));
      tokens.add(title(" the similar ", data.items().title(behaviour.item())));
    }
  }

  /** Counts vary without end: they are encoded each time, not remembered. */
  private int[] words(String format, int liked, int seen) {
    return tokenizer.encode(format.formatted(liked, seen));
  }

  /** Shares the free tokens between history and neighbours. */
  private static final class Room {
    private int free;

    Room(int free) {
      this.free = free;
    }

    /** The latest behaviours that fit, oldest first. Leaves a third for neighbours if any. */
    List<Behaviour> fitHistory(Retrieved retrieved, PromptAssembler prompt) {
      int share = retrieved.neighbours().isEmpty() ? free : free * 2 / 3;
      int used = prompt.headings();
      List<Behaviour> told = new ArrayList<>();
      for (Behaviour behaviour : retrieved.history().reversed()) {
        int cost = prompt.listed(behaviour).length;
        if (used + cost > share) {
          break;
        }
        used += cost;
        told.add(behaviour);
      }
      free -= told.isEmpty() ? 0 : used;
      Collections.reverse(told);
      return told;
    }

    /** The most similar neighbours that fit. */
    List<Neighbour> fitNeighbours(Retrieved retrieved, PromptAssembler prompt) {
      List<Neighbour> told = new ArrayList<>();
      for (Neighbour neighbour : retrieved.neighbours()) {
        int cost = prompt.neighbour(neighbour).length;
        if (cost > free) {
          break;
        }
        if (cost > 0) {
          free -= cost;
          told.add(neighbour);
        }
      }
      return told;
    }
  }

  /** A growing list of token ids. */
  private static final class Tokens {
    private int[] ids = new int[256];
    private int size;

    void add(int[] more) {
      if (size + more.length > ids.length) {
        ids = Arrays.copyOf(ids, 2 * (size + more.length));
      }
      System.arraycopy(more, 0, ids, size, more.length);
      size += more.length;
    }

    int size() {
      return size;
    }

    int[] toArray() {
      return Arrays.copyOf(ids, size);
    }
  }
}
