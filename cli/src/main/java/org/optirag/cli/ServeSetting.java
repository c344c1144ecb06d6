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
      "The trained model: a directory, or name=directory. With several, separated by"
          + " commas, the first answers everybody and the others are loaded beside it."),
  BACKBONES(
      "LIST",
      "",
      "Models that bundles loaded later may need, by name, separated by commas; those of the"
          + " bundles given here, and those that come with OptiRAG, always may."),
  DATASET("NAME", "", "The data set; by default the bundle's."),
  POLICY(
      "POLICY",
      "chosen",
      "Exit policy while there is time: chosen (by validation), none (full depth), or any"
          + " other. "
          + PolicyHelp.HEADS),
  DTYPE(
      "TYPE",
      "auto",
      "Number type of the projections: bf16, f32, or auto, the faster of the two on this"
          + " processor."),
  HOST("ADDRESS", "127.0.0.1", "Address to listen on; beyond loopback only with tokens."),
  PORT("PORT", "8080", "Port to listen on; 0 for any free port."),
  OPEN("BOOL", "false", "Listen beyond loopback without tokens: everybody may do everything."),
  TOKENS_FILE("FILE", "", "Bearer tokens and what they may do, in YAML."),
  TOKENS(
      "LIST",
      "",
      "The same as scope[+scope]:token, separated by commas. From file and environment" + " only.",
      true),
  TLS_CERTIFICATE("FILE", "", "Certificate chain in PEM, or a PKCS#12 store with its key."),
  TLS_KEY("FILE", "", "The certificate's key in PEM (PKCS#8); not needed with a store."),
  TLS_PASSWORD("TEXT", "", "Password of the store. From file and environment only.", true),
  DATA_DIR("DIR", "", "Where events are kept; by default ~/.local/share/optirag/DATASET."),
  RESTORE("FILE", "", "A snapshot to begin with; the data directory must be empty."),
  STORE_URL(
      "URL", "", "A PostgreSQL database (jdbc:postgresql://…) instead of the data directory."),
  STORE_USER("NAME", "", "User of the database."),
  STORE_PASSWORD("TEXT", "", "Password of the database. From file and environment only.", true),
  RENEWAL("SECONDS", "60", "Seconds between knowledge snapshots, which bring in what others did."),
  DEADLINE("MS", "1000", "Milliseconds for ranking requests that bring no deadline."),
  WORKERS("N", "", "Passes over the model at once; by default one per processor."),
  BATCH_TOKENS("N", "2048", "Most tokens in a pass of several requests."),
  QUEUE_TOKENS("N", "262144", "Most tokens that wait."),
  CLIENT_TOKENS("N", "131072", "Most tokens of one client that wait."),
  CONTEXT_CACHE("MB", "256", "Native memory for cached contexts, in MB for each bundle."),
  MAX_BODY("BYTES", "1048576", "Most bytes of a request."),
  MAX_CANDIDATES("N", "500", "Most candidates of a ranking request."),
  MAX_TOKENS("N", "131072", "Most tokens of a prompt, context and all candidates."),
  RATE("N", "1000", "Most requests a second from one client; 0 for no limit."),
  CONNECTIONS("N", "2000", "Most connections open at once."),
  ACCESS_LOG("BOOL", "true", "A line of JSON for each request on standard output."),
  DRAIN_DELAY("SECONDS", "0", "Seconds after SIGTERM in which it still listens but is not ready."),
  DRAIN("SECONDS", "20", "Most seconds for running requests to end.");

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
