package org.optirag.scoring;

import java.util.List;
import java.util.Locale;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.workspace.UserException;

/** How an instruction-tuned model wants a conversation written. */
public enum ChatFormat {
  /** SmolLM2, Qwen. */
  CHATML(
      new ChatFrame(
          "<|im_start|>system\n",
          "<|im_end|>\n<|im_start|>user\n",
          "<|im_end|>\n<|im_start|>assistant\n",
          ""),
      "<|im_start|>",
      "<|im_end|>"),
  /** Llama 3. */
  LLAMA3(
      new ChatFrame(
          "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n",
          "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
          "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
          ""),
      "<|begin_of_text|>",
      "<|start_header_id|>",
      "<|end_header_id|>",
      "<|eot_id|>"),
  /** Llama 2 chat. */
  LLAMA2(
      new ChatFrame("<s>[INST] <<SYS>>\n", "\n<</SYS>>\n\n", " [/INST]", " "),
      "<s>",
      "</s>",
      "[INST]",
      "[/INST]",
      "<<SYS>>",
      "<</SYS>>"),
  /** Mistral instruct, which has no system turn. */
  MISTRAL(
      new ChatFrame("<s>[INST] ", "\n\n", " [/INST]", " "), "<s>", "</s>", "[INST]", "[/INST]") {
    /** Later vocabularies have tokens for the marks, and those of them for bytes no spaces. */
    @Override
    ChatFrame frame(Tokenizer tokenizer) {
      if (!tokenizer.isControl("[/INST]")) {
        return super.frame(tokenizer);
      }
      return tokenizer.spaces(Tokenizer.Place.START)
          ? new ChatFrame("<s>[INST] ", "\n\n", "[/INST]", " ")
          : new ChatFrame("<s>[INST]", "\n\n", "[/INST]", "");
    }
  },
  /** Vicuna 1.1 and later. */
  VICUNA(
      new ChatFrame("<s>", " USER: ", " ASSISTANT:", " "), "<s>", "</s>", " USER:", " ASSISTANT:"),
  /** TinyLlama chat. */
  ZEPHYR(
      new ChatFrame("<|system|>\n", "</s>\n<|user|>\n", "</s>\n<|assistant|>\n", ""),
      "</s>",
      "<|system|>",
      "<|user|>",
      "<|assistant|>"),
  /** No chat: a base model goes on with the text. */
  PLAIN(new ChatFrame("", "\n\n", "\nAnswer:", " "), "\nAnswer:");

  private final ChatFrame usual;
  private final List<String> marks;

  ChatFormat(ChatFrame usual, String... marks) {
    this.usual = usual;
    this.marks = List.of(marks);
  }

  /** What stands around the texts of a prompt for a model with that tokenizer. */
  ChatFrame frame(Tokenizer tokenizer) {
    return usual;
  }

  /** What parts the turns. A text from outside must not be able to write one. */
  List<String> marks() {
    return marks;
  }

  /**
   * The format of that name, in any case.
   *
   * @throws UserException if there is none
   */
  public static ChatFormat of(String name) {
    for (ChatFormat format : values()) {
      if (format.name().equals(name.toUpperCase(Locale.ROOT))) {
        return format;
      }
    }
    throw new UserException(
        "There is no chat format \"" + name + "\".",
        "Choose one of chatml, llama3, llama2, mistral, vicuna, zephyr, plain.");
  }
}
