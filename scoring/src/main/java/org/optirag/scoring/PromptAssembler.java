package org.optirag.scoring;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.Neighbour;
import org.optirag.retrieval.Retrieved;
import org.optirag.workspace.UserException;

/**
 * Writes prompts. A prompt is made of pieces that are tokenized one by one: instruction, profile,
 * one piece a behaviour, one a neighbour, and the candidate's. So context and candidate part
 * cleanly, pieces can be counted and remembered, and the ids of a piece never depend on what stands
 * beside it. Safe for use from many threads.
 */
public final class PromptAssembler {
  /**
   * Version of the prompts: a model trained on others would be misled by these. From 2 on settings
   * say how much room a candidate has ({@link PromptSettings#candidateTokens}) and which behaviours
   * the context holds; in 1 both depend on the candidates. From 3 on the pieces of a prompt read as
   * in the whole text, and what the model expects first stands first; see {@link #requireReadable}.
   * From 4 on the article fits the noun ("an item"); before it was "a" whatever followed.
   */
  public static final int TEMPLATE = 4;

  private static final int WHOLE_TEXT = 3;

  private static final int ARTICLE = 4;

  /** The oldest that can be written. */
  public static final int OLDEST_TEMPLATE = 1;

  private final PromptTexts texts;
  private final PromptSettings settings;
  private final Pieces pieces;

  /** An assembler for one data set and one model's tokenizer, of the newest version. */
  public PromptAssembler(Dataset data, Tokenizer tokenizer, PromptSettings settings) {
    this(data, tokenizer, settings, TEMPLATE);
  }

  /**
   * The same in the wording that a model was trained with.
   *
   * @param template {@link #OLDEST_TEMPLATE} to {@link #TEMPLATE}
   */
  public PromptAssembler(Dataset data, Tokenizer tokenizer, PromptSettings settings, int template) {
    this.texts = PromptTexts.of(data);
    this.settings = settings;
    String article = template < ARTICLE ? "a" : Article.of(data.noun());
    this.pieces = new Pieces(article, data.noun(), tokenizer, settings);
  }

  /**
   * Checks that a model which was trained on prompts of an older version reads the same tokens now.
   *
   * @throws UserException if its tokenizer puts spaces before texts, or the chat format was written
   *     otherwise
   */
  public static void requireReadable(int template, ChatFormat format, Tokenizer tokenizer) {
    if (template >= WHOLE_TEXT) {
      return;
    }
    int[] frame =
        tokenizer.encodeFrame(format.frame(tokenizer).beforeInstruction(), Tokenizer.Place.START);
    Tokens opening = new Tokens();
    opening.add(frame);
    boolean same =
        !tokenizer.spaces(Tokenizer.Place.START)
            && opening.startWith(tokenizer.beginning())
            && format != ChatFormat.MISTRAL
            && format != ChatFormat.VICUNA;
    if (!same) {
      throw new UserException(
          "The bundle was trained on prompts of version %d, which had other tokens with this model and chat format %s."
              .formatted(template, format.name().toLowerCase(Locale.ROOT)),
          "Train it again.");
    }
  }

  /**
   * Writes the prompt of a user and some candidates. Where the room does not suffice, the oldest
   * behaviours and the least similar users are left out, each as a whole. Where settings say how
   * long a candidate may be, the context is the same whatever the candidates are.
   *
   * @param candidates item numbers, in the order of {@link Retrieved#evidence}
   */
  public Prompt assemble(int user, int[] candidates, Retrieved retrieved) {
    return assemble(texts, user, candidates, retrieved);
  }

  /**
   * The same with other texts than the data set's.
   *
   * @param told of all items and users that are told of; they stay as they are meanwhile
   */
  public Prompt assemble(PromptTexts told, int user, int[] candidates, Retrieved retrieved) {
    int[] opening = pieces.opening(told.profile(user));
    int most = settings.tokens() - opening.length;
    List<int[]> parts = new ArrayList<>();
    int longest = 0;
    for (int i = 0; i < candidates.length; i++) {
      int[] part = pieces.candidate(candidates[i], retrieved.evidence().get(i), told, most);
      parts.add(part);
      longest = Math.max(longest, part.length);
    }
    Tokens context = new Tokens();
    context.add(opening);
    int reserved = settings.candidateTokens() == 0 ? longest : settings.candidateTokens();
    Room room = new Room(settings.tokens() - reserved - context.size(), pieces, told);
    List<Behaviour> history = room.fitHistory(retrieved);
    List<Neighbour> neighbours = room.fitNeighbours(retrieved);
    addHistory(context, history, told);
    for (Neighbour neighbour : neighbours) {
      context.add(pieces.neighbour(neighbour, told));
    }
    return Prompt.of(new PackedPrompt(context.toArray(), parts), history.size(), neighbours.size());
  }

  private void addHistory(Tokens context, List<Behaviour> history, PromptTexts told) {
    for (boolean liked : new boolean[] {true, false}) {
      List<Behaviour> part = history.stream().filter(b -> b.liked() == liked).toList();
      if (!part.isEmpty()) {
        context.add(pieces.heading(liked));
        part.forEach(behaviour -> context.add(pieces.listed(told.title(behaviour.item()))));
      }
    }
  }

  /** Shares the free tokens between history and neighbours. */
  private static final class Room {
    private final Pieces pieces;
    private final PromptTexts told;
    private int free;

    Room(int free, Pieces pieces, PromptTexts told) {
      this.free = free;
      this.pieces = pieces;
      this.told = told;
    }

    /** The latest behaviours that fit, oldest first. Leaves a third for neighbours if any. */
    List<Behaviour> fitHistory(Retrieved retrieved) {
      int share = retrieved.neighbours().isEmpty() ? free : free * 2 / 3;
      int used = pieces.heading(true).length + pieces.heading(false).length;
      List<Behaviour> fitting = new ArrayList<>();
      for (Behaviour behaviour : retrieved.history().reversed()) {
        int cost = pieces.listed(told.title(behaviour.item())).length;
        if (used + cost > share) {
          break;
        }
        used += cost;
        fitting.add(behaviour);
      }
      free -= fitting.isEmpty() ? 0 : used;
      Collections.reverse(fitting);
      return fitting;
    }

    /** The most similar neighbours that fit. */
    List<Neighbour> fitNeighbours(Retrieved retrieved) {
      List<Neighbour> fitting = new ArrayList<>();
      for (Neighbour neighbour : retrieved.neighbours()) {
        int cost = pieces.neighbour(neighbour, told).length;
        if (cost > free) {
          break;
        }
        if (cost > 0) {
          free -= cost;
          fitting.add(neighbour);
        }
      }
      return fitting;
    }
  }
}
