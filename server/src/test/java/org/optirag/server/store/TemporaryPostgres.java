package org.optirag.server.store;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of the test's own on a loopback port, in a temporary directory. It does not
 * run as root: a test that does starts it as the user postgres or nobody.
 */
final class TemporaryPostgres {
  /** Names a server to use instead, as a JDBC URL with user and password. */
  static final String URL = "OPTIRAG_TEST_POSTGRES";

  private final Path programs;
  private final Path directory;
  private final int port;
  private final List<String> as;

  private TemporaryPostgres(Path programs, Path directory, int port, List<String> as) {
    this.programs = programs;
    this.directory = directory;
    this.port = port;
    this.as = as;
  }

  /** Where initdb and pg_ctl are, if PostgreSQL is installed. */
  static Optional<Path> installed() {
    List<Path> places = new ArrayList<>();
    Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .map(Path::of)
        .forEach(places::add);
    try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
      versions
          .sorted(Comparator.reverseOrder())
          .forEach(version -> places.add(version.resolve("bin")));
    } catch (IOException e) {
      // no Debian
    }
    return places.stream().filter(place -> Files.isExecutable(place.resolve("initdb"))).findFirst();
  }

  static TemporaryPostgres start(Path programs) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("optirag-postgres-");
    List<String> as = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      UserPrincipal user = user(directory, "postgres", "nobody");
      Files.setOwner(directory, user);
      as.addAll(List.of("setpriv", "--reuid", user.getName(), "--clear-groups", "--"));
    }
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    TemporaryPostgres server = new TemporaryPostgres(programs, directory, port, List.copyOf(as));
    server.run("initdb", "-D", server.data(), "-U", "optirag", "-A", "trust", "-E", "UTF8");
    server.start();
    return server;
  }

  private static UserPrincipal user(Path directory, String... names) throws IOException {
    for (String name : names) {
      try {
        return directory
            .getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(name);
      } catch (UserPrincipalNotFoundException e) {
        // perhaps the next
      }
    }
    throw new IOException("there is none of the users " + List.of(names));
  }

  private String data() {
    return directory.resolve("data").toString();
  }

  void start() throws IOException, InterruptedException {
    run(
        "pg_ctl",
        "-D",
        data(),
        "-w",
        "-l",
        directory.resolve("log").toString(),
        "-o",
        "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
        "start");
  }

  /** Ends every connection at once, without leave of the clients. */
  void stop() throws IOException, InterruptedException {
    run("pg_ctl", "-D", data(), "-w", "-m", "immediate", "stop");
  }

  /** As the user optirag, who needs no password. */
  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=optirag";
  }

  private void run(String program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(as);
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    Path said = Files.createTempFile("optirag-postgres-", ".out");
    try {
      int code =
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start()
              .waitFor();
      if (code != 0) {
        throw new IOException(program + " ended with " + code + ": " + Files.readString(said));
      }
    } finally {
      Files.delete(said);
    }
  }

  void close() throws IOException, InterruptedException {
    stop();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
