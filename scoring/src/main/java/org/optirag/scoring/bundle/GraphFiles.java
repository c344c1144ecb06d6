package org.optirag.scoring.bundle;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.dataset.IdIndex;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.LightGcn;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * graph.safetensors with the tensors {@code users}, {@code items} and {@code items_below}, [rows,
 * dimension], and graph-ids.json with the ids of their rows: {"users": […], "items": […]}. The ids
 * are read one by one and never more of them than there are rows.
 */
final class GraphFiles {
  static final String TENSORS = "graph.safetensors";
  static final String IDS = "graph-ids.json";

  private static final JsonMapper JSON = JsonMapper.shared();

  private GraphFiles() {}

  static void write(Path directory, BundledGraph graph) {
    SafetensorsWriter writer = new SafetensorsWriter();
    add(writer, "users", graph.model().users());
    add(writer, "items", graph.model().items());
    add(writer, "items_below", graph.model().itemsBelow());
    writer.write(directory.resolve(TENSORS));
    AtomicFiles.write(
        directory.resolve(IDS),
        out -> {
          JsonGenerator json = JSON.createGenerator(out);
          json.writeStartObject();
          write(json, "users", graph.users());
          write(json, "items", graph.items());
          json.writeEndObject();
          json.flush();
        });
  }

  private static void add(SafetensorsWriter writer, String name, Embeddings embeddings) {
    writer.tensor(name, embeddings.values(), embeddings.rows(), embeddings.dimension());
  }

  private static void write(JsonGenerator json, String name, IdIndex ids) {
    json.writeArrayPropertyStart(name);
    for (String id : ids.ids()) {
      json.writeString(id);
    }
    json.writeEndArray();
  }

  /**
   * Reads both files.
   *
   * @throws UserException if one is broken, or they do not belong together
   */
  static BundledGraph read(Path directory) {
    Path file = directory.resolve(TENSORS);
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      LightGcn model =
          new LightGcn(
              embeddings(file, tensors, "users"),
              embeddings(file, tensors, "items"),
              embeddings(file, tensors, "items_below"));
      int dimension = model.users().dimension();
      if (model.items().dimension() != dimension
          || model.itemsBelow().dimension() != dimension
          || model.itemsBelow().rows() != model.items().rows()) {
        throw broken(file, "its embeddings differ in shape");
      }
      return withIds(directory.resolve(IDS), model);
    }
  }

  private static Embeddings embeddings(Path file, SafetensorsFile tensors, String name) {
    Map<String, long[]> shapes = tensors.shapes();
    long[] shape = shapes.get(name);
    if (shape == null || shape.length != 2 || shape[0] * shape[1] > Integer.MAX_VALUE - 8) {
      throw broken(file, "it has no embeddings \"" + name + "\"");
    }
    float[] values = tensors.read(name);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw broken(file, name + " holds a value that is not finite");
      }
    }
    return new Embeddings((int) shape[0], (int) shape[1], values);
  }

  private static BundledGraph withIds(Path file, LightGcn model) {
    List<String> users = new ArrayList<>();
    List<String> items = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        JsonParser json = JSON.createParser(in)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        switch (json.currentName()) {
          case "users" -> read(file, json, users, model.users().rows());
          case "items" -> read(file, json, items, model.items().rows());
          default -> throw broken(file, "it has a field \"" + json.currentName() + "\"");
        }
      }
      return new BundledGraph(model, new IdIndex(users), new IdIndex(items));
    } catch (IOException | JacksonException | IllegalArgumentException e) {
      throw broken(
          file,
          e instanceof JacksonException json
              ? JsonFault.told(json)
              : String.valueOf(e.getMessage()));
    }
  }

  private static void read(Path file, JsonParser json, List<String> ids, int rows) {
    String what = json.currentName();
    if (json.nextToken() != JsonToken.START_ARRAY) {
      throw broken(file, what + " is no list");
    }
    while (json.nextToken() == JsonToken.VALUE_STRING) {
      if (ids.size() == rows) {
        throw broken(file, "it has more than the %d %s with embeddings".formatted(rows, what));
      }
      ids.add(json.getString());
    }
    if (json.currentToken() != JsonToken.END_ARRAY) {
      throw broken(file, what + " holds something that is no text");
    }
  }

  private static UserException broken(Path file, String problem) {
    return new UserException(
        file + " is broken: " + problem + ".", "Take the bundle again from where it came from.");
  }
}
