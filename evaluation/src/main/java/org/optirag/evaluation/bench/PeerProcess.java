package org.optirag.evaluation.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.optirag.backbone.PackedPrompt;
import org.optirag.scoring.AnswerTokens;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Another engine in a process of its own: it loads its model once and answers a line of JSON with a
 * line of JSON, so that it can take turns with others.
 */
public final class PeerProcess implements AutoCloseable {
  /** The engines there are. */
  public static final List<String> ENGINES = List.of("llama.cpp", "java-llama.cpp", "transformers");

  private static final String PYTHON = "peer.py";

  private static final String JAVA = "JavaLlama.java";

  private final Process process;
  private final Writer to;
  private final BufferedReader from;
  private final AnswerTokens answers;
  private final String version;

  private PeerProcess(Process process, AnswerTokens answers) throws IOException {
    this.process = process;
    this.to = process.outputWriter(StandardCharsets.UTF_8);
    this.from = process.inputReader(StandardCharsets.UTF_8);
    this.answers = answers;
    try {
      this.version = line().path("version").asString("");
    } catch (IOException e) {
      process.destroy();
      throw e;
    }
  }

  /**
   * Starts an engine.
   *
   * @param python the interpreter of the folder that benchmarks/install-peers made
   * @param engine one of {@link #ENGINES}
   * @param model a GGUF file
   * @param option a quantization or number type; empty for the file's own. java-llama.cpp reads
   *     what llama.cpp has quantized in the same directory
   * @param directory for what it makes: quantized models, its messages
   * @throws UserException if it does not start, with the last line of what it said
   */
  public static PeerProcess start(
      String python,
      String engine,
      Path model,
      int threads,
      String option,
      AnswerTokens answers,
      Path directory) {
    Path messages = directory.resolve(engine + "-" + option + ".log");
    try {
      Files.createDirectories(directory);
      List<String> command =
          engine.equals("java-llama.cpp")
              ? java(python, model, threads, option, directory)
              : List.of(
                  python,
                  script(PYTHON, directory).toString(),
                  engine,
                  model.toAbsolutePath().toString(),
                  Integer.toString(threads),
                  option);
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(messages.toFile());
      builder.environment().put("OPTIRAG_BENCH", directory.toAbsolutePath().toString());
      builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
      return new PeerProcess(builder.start(), answers);
    } catch (IOException e) {
      throw new UserException(
          "%s does not start with %s: %s".formatted(engine, python, said(messages, e)),
          "Install it with benchmarks/install-peers, or give --python the interpreter that has it.",
          e);
    }
  }

  /** Java reads its source as it is; JSON and the like it finds where this process does. */
  private static List<String> java(
      String python, Path model, int threads, String option, Path directory) throws IOException {
    String name = model.getFileName().toString().replaceFirst("[.]gguf$", "");
    Path file = option.isEmpty() ? model : directory.resolve(name + "-as-" + option + ".gguf");
    if (!Files.exists(file)) {
      throw new IOException(
          "it reads what llama.cpp:" + option + " has quantized; name that before it");
    }
    Path jars = Path.of(python).toAbsolutePath().resolve("../../java/*").normalize();
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        jars + File.pathSeparator + System.getProperty("java.class.path"),
        script(JAVA, directory).toString(),
        file.toAbsolutePath().toString(),
        Integer.toString(threads));
  }

  private static Path script(String name, Path directory) throws IOException {
    Path script = directory.resolve(name);
    try (InputStream in = PeerProcess.class.getResourceAsStream("/bench/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      Files.write(script, in.readAllBytes());
    }
    return script;
  }

  private static String said(Path messages, IOException e) {
    try {
      List<String> lines = Files.exists(messages) ? Files.readAllLines(messages) : List.of();
      return lines.isEmpty() ? String.valueOf(e.getMessage()) : lines.getLast();
    } catch (IOException unreadable) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The engine's version. */
  public String version() {
    return version;
  }

  Contender.Run score(String mode, PackedPrompt prompt) {
    Map<String, Object> ask = new LinkedHashMap<>();
    ask.put("mode", mode);
    ask.put("context", prompt.context());
    ask.put("candidates", prompt.candidates());
    ask.put("yes", answers.yes());
    ask.put("no", answers.no());
    try {
      to.write(JsonMapper.shared().writeValueAsString(ask) + "\n");
      to.flush();
      JsonNode answer = line();
      List<Double> probabilities = new ArrayList<>();
      answer.path("probabilities").forEach(value -> probabilities.add(value.asDouble()));
      return new Contender.Run(
          answer.path("wall").asDouble(),
          answer.path("cpu").asDouble(),
          probabilities.stream().mapToDouble(Double::doubleValue).toArray());
    } catch (IOException e) {
      throw new UserException(
          "A peer broke off in the middle of its work: " + e.getMessage() + ".",
          "Its messages stand beside the results.",
          e);
    }
  }

  private JsonNode line() throws IOException {
    String line = from.readLine();
    if (line == null) {
      throw new IOException("it ended");
    }
    try {
      return JsonMapper.shared().readTree(line);
    } catch (JacksonException e) {
      throw new IOException("it said \"" + line + "\"", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
