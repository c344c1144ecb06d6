package org.optirag.backbone.store;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.Download;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A repository of the Hugging Face hub, or of a mirror that {@code HF_ENDPOINT} names. A token in
 * {@code HF_TOKEN} is sent along.
 *
 * @param name owner/name
 * @param revision branch, tag or commit
 * @param file the one GGUF file wanted, or null for configuration, tokenizer and safetensors
 */
record HubRepository(String name, String revision, @Nullable String file) {
  private static final Pattern NAME =
      Pattern.compile(
          "(?:hf:)?([\\w-][\\w.-]*/[\\w-][\\w.-]*)(?:@([\\w.-]+))?(?::([\\w-][\\w./-]*\\.gguf))?");
  private static final Pattern WANTED =
      Pattern.compile(
          "config\\.json|tokenizer\\.json|tokenizer_config\\.json|generation_config\\.json"
              + "|model(-\\d+-of-\\d+)?\\.safetensors|model\\.safetensors\\.index\\.json");

  static boolean matches(String text) {
    return NAME.matcher(text).matches() && !text.contains("..");
  }

  static HubRepository parse(String text) {
    Matcher matcher = NAME.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    String revision = matcher.group(2);
    return new HubRepository(
        matcher.group(1), revision == null ? "main" : revision, matcher.group(3));
  }

  /** Its directory in the cache. */
  String directory() {
    return name.replace("/", "--") + "--" + revision;
  }

  /** Downloads what is wanted and not there yet. */
  Path download(Path directory, Progress progress) {
    if (Files.exists(complete(directory))) {
      return result(directory);
    }
    Map<String, @Nullable String> files = wanted(directory);
    if (files.keySet().stream().noneMatch(path -> path.matches(".*\\.(safetensors|gguf)"))) {
      throw new UserException(
          "The repository "
              + name
              + " holds no "
              + (file == null ? "safetensors model" : file)
              + ".",
          "For a GGUF file say which: " + name + ":FILE.gguf.");
    }
    String base = "/" + name + "/resolve/" + revision + "/";
    files.forEach((path, sha256) ->
        new Download(at(base + path), sha256, headers()).to(directory.resolve(path), progress));
    try {
      Files.writeString(complete(directory), "");
    } catch (IOException e) {
      throw new UserException(
          "Cannot write " + complete(directory) + ": " + e.getMessage() + ".",
          "Free some space.",
          e);
    }
    return result(directory);
  }

  /** What was downloaded whole before. */
  Optional<Path> find(Path models) {
    Path directory = models.resolve(directory());
    return Files.exists(complete(directory)) ? Optional.of(result(directory)) : Optional.empty();
  }

  private Path complete(Path directory) {
    return directory.resolve(".complete" + (file == null ? "" : "-" + file.replace('/', '-')));
  }

  private Path result(Path directory) {
    return file == null ? directory : directory.resolve(file);
  }

  /** Paths and checksums (null where the hub states none) of the wanted files. */
  private Map<String, @Nullable String> wanted(Path directory) {
    Path listing = directory.resolve(".files.json");
    try {
      Files.deleteIfExists(listing);
      URI uri = at("/api/models/" + name + "/revision/" + revision + "?blobs=true");
      new Download(uri, null, headers()).to(listing, Progress.silent());
      Map<String, @Nullable String> files = new LinkedHashMap<>();
      for (JsonNode sibling :
          JsonMapper.shared().readTree(Files.readAllBytes(listing)).path("siblings")) {
        String path = sibling.path("rfilename").asString("");
        if (file == null ? WANTED.matcher(path).matches() : path.equals(file)) {
          String sha256 = sibling.path("lfs").path("sha256").asString("");
          files.put(path, sha256.isEmpty() ? null : sha256);
        }
      }
      return files;
    } catch (IOException | JacksonException e) {
      String why =
          e instanceof JacksonException json
              ? "its answer is no JSON: " + JsonFault.told(json)
              : e.getMessage();
      throw new UserException(
          "Cannot list the repository " + name + ": " + why + ".",
          "Check HF_ENDPOINT and the network; then run again.",
          e);
    }
  }

  private static URI at(String path) {
    String named = System.getProperty("optirag.hub", System.getenv("HF_ENDPOINT"));
    String endpoint = named == null || named.isBlank() ? "https://huggingface.co" : named.strip();
    try {
      return new URI(endpoint.replaceAll("/+$", "") + path);
    } catch (URISyntaxException e) {
      throw new UserException(
          "HF_ENDPOINT is \"" + endpoint + "\".", "Give an address as https://huggingface.co.", e);
    }
  }

  private static Map<String, String> headers() {
    String token = System.getenv("HF_TOKEN");
    return token == null || token.isBlank() ? Map.of() : Map.of("Authorization", "Bearer " + token);
  }
}
