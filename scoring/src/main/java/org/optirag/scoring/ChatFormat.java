package org.optirag.scoring;

import java.util.Locale;
import org.optirag.workspace.UserException;

/**
 * How an instruction-tuned model wants a conversation written. Only these texts are encoded as
 * frame, with control tokens; all else in a prompt is data.
 */
public enum ChatFormat {
  /** SmolLM2, Qwen. */
  CHATML(
      "<|im_start|>system\n",
      "<|im_end|>\n<|im_start|>user\n",
      "<|im_end|>\n<|im_start|>assistant\n",
      ""),
  /** Llama 3. */
  LLAMA3(
      "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n",
      "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
      "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
      ""),
  /** Llama 2 chat. */
  LLAMA2("<s>[INST] <<SYS>>\n", "\n<</SYS>>\n\n", " [/INST]", " "),
  /** Mistral instruct, which has no system turn. */
  MISTRAL("<s>[INST] ", "\n\n", "[/INST]", " "),
  /** Vicuna 1.1 and later. */
  VICUNA("<s>", " USER: ", " ASSISTANT:", " "),
  /** TinyLlama chat. */
  ZEPHYR("<|system|>\n", "</s>\n<|user|>\n", "</s>\n<|assistant|>\n", ""),
  /** No chat: a base model goes on with the text. */
  PLAIN("", "\n\n", "\nAnswer:", " ");

  private final String beforeInstruction;
  private final String beforeContext;
  private final String beforeAnswer;
  private final String answerPrefix;

  ChatFormat(
      String beforeInstruction, String beforeContext, String beforeAnswer, String answerPrefix) {
    this.beforeInstruction = beforeInstruction;
    this.beforeContext = beforeContext;
    this.beforeAnswer = beforeAnswer;
    this.answerPrefix = answerPrefix;
  }

  /** Stands first. */
  String beforeInstruction() {
    return beforeInstruction;
  }

  /** Stands between the instruction and what is told about the user. */
  String beforeContext() {
    return beforeContext;
  }

  /** Stands last, after the question. */
  String beforeAnswer() {
    return beforeAnswer;
  }

  /** What the model writes before the word Yes or No: a space or nothing. */
  String answerPrefix() {
    return answerPrefix;
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
