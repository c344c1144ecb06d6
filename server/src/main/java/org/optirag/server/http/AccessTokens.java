package org.optirag.server.http;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.UserException;

/**
 * Bearer tokens and what they may do. Only their hashes are kept; all are compared, each in
 * constant time, so that an answer's time tells nothing of them.
 */
public final class AccessTokens {
  /** No tokens: everybody may do everything. For loopback. */
  public static final AccessTokens OPEN = new AccessTokens(List.of());

  private static final int LEAST_LENGTH = 16;

  private final List<Known> known;

  private record Known(String name, String hash, Set<Scope> scopes) {}

  /**
   * Who sent a request.
   *
   * @param name of the token, for logs and rates
   * @param scopes what it may do
   */
  public record Client(String name, Set<Scope> scopes) {
    /** Whether the client may do what needs a scope. */
    public boolean may(Scope scope) {
      return scope == Scope.NONE || scopes.contains(scope) || scopes.contains(Scope.ADMIN);
    }
  }

  /** The form of a tokens file. */
  record TokensFile(List<Entry> tokens) {}

  /** A token in a file: itself, or the hex of its sha256. */
  record Entry(String name, @Nullable String token, @Nullable String sha256, List<String> scopes) {}

  private AccessTokens(List<Known> known) {
    this.known = List.copyOf(known);
  }

  /**
   * Reads a YAML file: {@code tokens:} with a list of {@code name}, {@code token} or {@code
   * sha256}, and {@code scopes}.
   *
   * @throws UserException if it is not that, or a token is short
   */
  public static AccessTokens read(Path file) {
    TokensFile read = ConfigFile.read(file, TokensFile.class);
    List<Known> known = new ArrayList<>();
    for (Entry entry : read.tokens() == null ? List.<Entry>of() : read.tokens()) {
      String place = file + ", token " + entry.name();
      String hash;
      if (entry.token() != null && entry.sha256() == null) {
        hash = hash(requireLong(entry.token(), place));
      } else if (entry.sha256() != null && entry.token() == null) {
        hash = requireHash(entry.sha256(), place);
      } else {
        throw new UserException(place + " has not one of token and sha256.", "Give one of them.");
      }
      known.add(new Known(String.valueOf(entry.name()), hash, scopes(entry.scopes(), place)));
    }
    if (known.isEmpty()) {
      throw new UserException(file + " has no tokens.", "Give at least one.");
    }
    return new AccessTokens(known);
  }

  /**
   * Reads a line as an environment variable has it: {@code scope[+scope]:token}, parted by commas.
   *
   * @throws UserException if it is not that, or a token is short
   */
  public static AccessTokens parse(String variable, String line) {
    List<Known> known = new ArrayList<>();
    for (String part : line.split(",", -1)) {
      int colon = part.indexOf(':');
      String place = variable + ", token " + (known.size() + 1);
      if (colon < 1) {
        throw new UserException(place + " has no scope.", "Write, for instance, rank:TOKEN.");
      }
      List<String> scopes = List.of(part.substring(0, colon).strip().split("\\+", -1));
      String token = part.substring(colon + 1).strip();
      known.add(
          new Known(
              "token-" + (known.size() + 1),
              hash(requireLong(token, place)),
              scopes(scopes, place)));
    }
    return new AccessTokens(known);
  }

  private static String requireLong(String token, String place) {
    if (token.length() < LEAST_LENGTH) {
      throw new UserException(
          place + " is shorter than " + LEAST_LENGTH + " characters.",
          "Make one that nobody guesses: openssl rand -hex 24.");
    }
    return token;
  }

  private static Set<Scope> scopes(@Nullable List<String> names, String place) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String name : names == null ? List.<String>of() : names) {
      switch (String.valueOf(name).toLowerCase(Locale.ROOT)) {
        case "rank" -> scopes.add(Scope.RANK);
        case "feedback" -> scopes.add(Scope.FEEDBACK);
        case "admin" -> scopes.add(Scope.ADMIN);
        default ->
            throw new UserException(
                place + ": there is no scope \"" + name + "\".", "Give rank, feedback or admin.");
      }
    }
    if (scopes.isEmpty()) {
      throw new UserException(place + " has no scopes.", "Give rank, feedback or admin.");
    }
    return scopes;
  }

  private static String requireHash(String hex, String place) {
    String digits = hex.strip().toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{64}")) {
      throw new UserException(
          place + ": sha256 has not 64 hexadecimal digits.",
          "Give what sha256sum prints of the token.");
    }
    return digits;
  }

  private static String hash(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether there are none, and everybody may do everything. */
  public boolean isOpen() {
    return known.isEmpty();
  }

  /**
   * Who a request is from.
   *
   * @param authorization its header, or null
   * @param address where it came from, the name of those without a token
   * @return empty if a token is needed, and this is none
   */
  public Optional<Client> client(@Nullable String authorization, String address) {
    if (known.isEmpty()) {
      return Optional.of(new Client(address, EnumSet.of(Scope.ADMIN)));
    }
    if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return Optional.empty();
    }
    byte[] hash = bytes(hash(authorization.substring(7).strip()));
    Client found = null;
    for (Known token : known) {
      if (MessageDigest.isEqual(bytes(token.hash), hash)) {
        found = new Client(token.name, token.scopes);
      }
    }
    return Optional.ofNullable(found);
  }

  private static byte[] bytes(String hash) {
    return hash.getBytes(StandardCharsets.US_ASCII);
  }
}
