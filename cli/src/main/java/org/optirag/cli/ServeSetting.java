package org.optirag.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What can be set of the service, in the file, in the environment and on the command line. The
 * table in docs/serving.md is this one.
 */
enum ServeSetting {
  BUNDLE(
      "NAME=DIR",
      "bundles/movielens-100k",
      "The trained model: a directory, or name=directory; more of them parted by commas are loaded"
          + " beside the first, which answers everybody."),
  DATASET("NAME", "", "The data that it is for; default the bundle's."),
  POLICY(
      "POLICY",
      "chosen",
      "Exit policy while there is time: chosen (by validation), none (full depth), or any."),
  DTYPE(
      "TYPE",
      "auto",
      "Numbers of the projections: bf16, f32, or auto, the faster of them on this processor."),
  HOST("ADDRESS", "127.0.0.1", "To listen on; beyond loopback only with tokens."),
  PORT("PORT", "8080", "To listen on; 0 for any that is free."),
  OPEN("BOOL", "false", "Listen beyond loopback without tokens: everybody may do everything."),
  TOKENS_FILE("FILE", "", "Bearer tokens and what they may do, in YAML."),
  TOKENS("LIST", "", "The same as scope[+scope]:token, parted by commas.", true),
  TLS_CERTIFICATE("FILE", "", "Certificate chain in PEM, or a PKCS#12 store with its key."),
  TLS_KEY("FILE", "", "The certificate's key in PEM (PKCS#8); none with a store."),
  TLS_PASSWORD("TEXT", "", "Of the store.", true),
  DATA_DIR("DIR", "", "Where events are kept; default ~/.local/share/optirag/DATASET."),
  RESTORE("FILE", "", "A snapshot to begin with; the data directory must be empty."),
  STORE_URL(
      "URL", "", "A PostgreSQL database (jdbc:postgresql://…) in place of the data directory."),
  STORE_USER("NAME", "", "Of the database."),
  STORE_PASSWORD("TEXT", "", "Of the database.", true),
  RENEWAL("SECONDS", "60", "How often what others did is brought together anew."),
  DEADLINE("MS", "1000", "Of ranking requests that bring none."),
  WORKERS("N", "", "Passes over the model at once; default: one a processor."),
  BATCH_TOKENS("N", "2048", "Most tokens of a pass of several requests."),
  QUEUE_TOKENS("N", "65536", "Most tokens that wait."),
  CONTEXT_CACHE("MB", "256", "Native memory for contexts read before, a bundle."),
  MAX_BODY("BYTES", "1048576", "Of a request."),
  MAX_CANDIDATES("N", "500", "Of a ranking request."),
  MAX_TOKENS("N", "32768", "Of a prompt, context and all candidates."),
  RATE("N", "1000", "Most requests a second of one client; 0 for no limit."),
  CONNECTIONS("N", "2000", "Open at once."),
  ACCESS_LOG("BOOL", "true", "A line of JSON a request on standard output."),
  DRAIN_DELAY("SECONDS", "0", "From SIGTERM on, still listening but not ready."),
  DRAIN("SECONDS", "20", "Most time for requests under way to end.");

  static final String ENVIRONMENT = "OPTIRAG_SERVE_";

  private final String parameter;
  private final String standard;
  private final String help;
  private final boolean secret;

  ServeSetting(String parameter, String standard, String help) {
    this(parameter, standard, help, false);
  }

  ServeSetting(String parameter, String standard, String help, boolean secret) {
    this.parameter = parameter;
    this.standard = standard;
    this.help = help;
    this.secret = secret;
  }

  /** As the file has it. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As the command line has it, or null: what others may not see is no argument. */
  @Nullable String flag() {
    return secret ? null : "--" + key();
  }

  /** As the environment has it. */
  String variable() {
    return ENVIRONMENT + name();
  }

  String parameter() {
    return parameter;
  }

  String standard() {
    return standard;
  }

  String help() {
    return help;
  }

  /** Whether it is not printed. */
  boolean isSecret() {
    return secret;
  }
}
