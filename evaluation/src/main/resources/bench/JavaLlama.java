import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.LogFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * java-llama.cpp, told what to do a line of JSON at a time, as {@code peer.py} is. It takes text,
 * not token ids: it is given what it makes of the ids itself, and must find the same ids in it.
 *
 * <pre>java -cp ... JavaLlama.java MODEL.gguf THREADS</pre>
 */
final class JavaLlama {
  private static final String VERSION = "4.2.0";

  /** Room for the longest workload. */
  private static final int CONTEXT = 8192;

  /** Bias of Yes and No, so that no other token is said. */
  private static final float ALONE = 100;

  /** Largest difference of their logits that is told apart. */
  private static final double WIDEST = 16;

  private final LlamaModel model;

  /** Found once a prompt, outside of what is timed. */
  private final Map<String, Double> known = new HashMap<>();

  private JavaLlama(String file, int threads) {
    LlamaModel.setLogger(LogFormat.TEXT, (level, message) -> {});
    this.model =
        new LlamaModel(
            new ModelParameters()
                .setModel(file)
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setParallel(1)
                .setCtxSize(CONTEXT)
                .setBatchSize(2048)
                .setUbatchSize(512));
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err); // where it tells what it loads
    JavaLlama peer = new JavaLlama(arguments[0], Integer.parseInt(arguments[1]));
    answers.println(JsonMapper.shared().writeValueAsString(Map.of("version", VERSION)));
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Map<String, Object> answer = peer.score(JsonMapper.shared().readTree(line));
        answers.println(JsonMapper.shared().writeValueAsString(answer));
      }
    }
  }

  private Map<String, Object> score(JsonNode ask) {
    int[] context = ids(ask.path("context"));
    String[] prompts =
        ask.path("candidates")
            .valueStream()
            .map(candidate -> text(concat(context, ids(candidate))))
            .toArray(String[]::new);
    int yes = ask.path("yes").asInt();
    int no = ask.path("no").asInt();
    boolean prefix = ask.path("mode").asString("").equals("prefix");
    double[] probabilities = new double[prompts.length];
    answer(".", yes, no, 0, false); // what an earlier scoring left in the cache shall not help
    long wall = 0;
    long cpu = 0;
    for (int i = 0; i < prompts.length; i++) {
      long wallBefore = System.nanoTime();
      long cpuBefore = cpuNanos();
      answer(prompts[i], yes, no, 0, prefix);
      wall += System.nanoTime() - wallBefore;
      cpu += cpuNanos() - cpuBefore;
      probabilities[i] = known.computeIfAbsent(prompts[i], prompt -> probability(prompt, yes, no));
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("wall", wall / 1e9);
    answer.put("cpu", cpu / 1e9);
    answer.put("probabilities", probabilities);
    return answer;
  }

  /**
   * The probability of Yes against No. It tells none (asked for them with {@code setNProbs} it ends
   * its process), but how far No must be favoured before it says No is the difference of the logits.
   */
  private double probability(String prompt, int yes, int no) {
    double low = -WIDEST;
    double high = WIDEST;
    while (high - low > 1e-3) {
      double middle = (low + high) / 2;
      if (answer(prompt, yes, no, middle, true).equals(text(new int[] {yes}))) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return 1 / (1 + Math.exp(-low));
  }

  /** What it says, Yes or No, if No is favoured by so much. */
  private String answer(String prompt, int yes, int no, double favour, boolean cached) {
    return model.complete(
        new InferenceParameters(prompt)
            .setCachePrompt(cached)
            .setNPredict(1)
            .setTemperature(0)
            .setTokenIdBias(Map.of(yes, ALONE, no, (float) (ALONE + favour))));
  }

  private String text(int[] tokens) {
    String text = model.decode(tokens);
    if (tokens.length > 1 && !Arrays.equals(model.encode(text), tokens)) {
      throw new IllegalStateException("java-llama.cpp reads the text of the ids as other ids");
    }
    return text;
  }

  private static int[] ids(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  private static int[] concat(int[] first, int[] second) {
    return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
