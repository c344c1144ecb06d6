package org.optirag.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.Nearest;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What holds: the command line before the environment, the environment before the file, the file
 * before what is standard. Values are texts until they are asked for; what does not fit is told
 * with the place it came from.
 */
final class ServeConfig {
  private static final String CONFIG = "--config";

  private final Map<ServeSetting, Value> values = new EnumMap<>(ServeSetting.class);

  /** A value and where it came from. */
  record Value(String text, String from) {}

  private ServeConfig() {}

  /** Adds the settings to a command's options. */
  static void addOptions(CommandSpec command) {
    command.addOption(
        OptionSpec.builder(CONFIG)
            .paramLabel("FILE")
            .type(String.class)
            .description("A YAML file of these settings, without the dashes before them.")
            .build());
    for (ServeSetting setting : ServeSetting.values()) {
      String flag = setting.flag();
      if (flag != null) {
        String standard =
            setting.standard().isEmpty() ? "" : " Default " + setting.standard() + ".";
        command.addOption(
            OptionSpec.builder(flag)
                .paramLabel(setting.parameter())
                .type(String.class)
                .description(setting.help().replace("%", "%%") + standard)
                .build());
      }
    }
  }

  /**
   * Puts together what holds.
   *
   * @throws UserException if the file is not one of settings
   */
  static ServeConfig of(ParseResult arguments, Map<String, String> environment) {
    ServeConfig config = new ServeConfig();
    String named = arguments.matchedOptionValue(CONFIG, null);
    String file = named != null ? named : environment.get(ServeSetting.ENVIRONMENT + "CONFIG");
    Map<ServeSetting, Value> fromFile =
        file == null || file.isBlank() ? Map.of() : read(Path.of(file));
    for (ServeSetting setting : ServeSetting.values()) {
      String flag = setting.flag();
      String argument = flag == null ? null : arguments.matchedOptionValue(flag, null);
      config.values.put(
          setting,
          first(
              value(argument, String.valueOf(flag)),
              value(environment.get(setting.variable()), setting.variable()),
              fromFile.get(setting),
              new Value(setting.standard(), "default")));
    }
    return config;
  }

  private static @Nullable Value value(@Nullable String text, String from) {
    return text == null ? null : new Value(text.strip(), from);
  }

  private static Value first(@Nullable Value... values) {
    for (Value value : values) {
      if (value != null) {
        return value;
      }
    }
    throw new IllegalArgumentException("no value");
  }

  private static Map<ServeSetting, Value> read(Path file) {
    ObjectNode fields = ConfigFile.read(file, ObjectNode.class);
    Map<ServeSetting, Value> read = new EnumMap<>(ServeSetting.class);
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      ServeSetting setting = known(file, field.getKey());
      if (!field.getValue().isValueNode()) {
        throw new UserException(
            ConfigFile.place(file, field.getKey()) + " is not a single value.",
            "Write it on one line.");
      }
      String place = ConfigFile.place(file, setting.key());
      read.put(setting, new Value(field.getValue().asString("").strip(), place));
    }
    return read;
  }

  private static ServeSetting known(Path file, String key) {
    List<String> keys = new ArrayList<>();
    for (ServeSetting setting : ServeSetting.values()) {
      if (setting.key().equals(key)) {
        return setting;
      }
      keys.add(setting.key());
    }
    throw new UserException(
        ConfigFile.place(file, key) + " is not known.",
        Nearest.question(key, keys) + "Known fields here: " + keys + ".");
  }

  /** Where a setting's value is and came from. */
  Value value(ServeSetting setting) {
    Value value = values.get(setting);
    if (value == null) {
      throw new IllegalStateException(setting.key());
    }
    return value;
  }

  /** A text; empty where nothing is set. */
  Optional<String> text(ServeSetting setting) {
    String text = value(setting).text();
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /** A path. */
  Optional<Path> path(ServeSetting setting) {
    return text(setting).map(Path::of);
  }

  /**
   * A whole number.
   *
   * @throws UserException if it is none, or out of its bounds
   */
  int whole(ServeSetting setting, int least, int most) {
    String text = value(setting).text();
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(setting, "a whole number from " + least + " to " + most, e);
    }
    throw wrong(setting, "a whole number from " + least + " to " + most, null);
  }

  Duration seconds(ServeSetting setting, int least, int most) {
    return Duration.ofSeconds(whole(setting, least, most));
  }

  boolean flag(ServeSetting setting) {
    return switch (value(setting).text().toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw wrong(setting, "true or false", null);
    };
  }

  /** What is wrong with a value, and where it stands. */
  UserException wrong(ServeSetting setting, String expected, @Nullable Throwable cause) {
    Value value = value(setting);
    return new UserException(
        "%s: \"%s\" is not %s.".formatted(value.from(), value.text(), expected),
        "Correct it; 'optirag config show' prints what holds.",
        cause);
  }
}
