package org.optirag.server.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * Certificate and key: a PKCS#12 store, or PEM files.
 *
 * @param certificate a PEM file of the chain, the server's own first; or the store
 * @param key a PEM file of the key in PKCS#8, unencrypted; null for a store
 * @param password of the store; empty for PEM
 */
public record TlsFiles(Path certificate, @Nullable Path key, String password) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

  /**
   * Reads them.
   *
   * @throws UserException if they are missing or not what they should be
   */
  KeyStore load() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      Path keyFile = key;
      if (keyFile == null) {
        try (InputStream in = Files.newInputStream(certificate)) {
          store.load(in, password.toCharArray());
        }
        return store;
      }
      store.load(null, null);
      List<? extends Certificate> chain =
          List.copyOf(
              CertificateFactory.getInstance("X.509")
                  .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(certificate))));
      if (chain.isEmpty()) {
        throw new UserException(
            certificate + " has no certificate.", "Give a PEM file with the chain.");
      }
      store.setKeyEntry(
          "server", privateKey(keyFile), new char[0], chain.toArray(Certificate[]::new));
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new UserException(
          "Cannot read certificate and key from %s: %s.".formatted(certificate, e.getMessage()),
          "Check the files, and a store's password.",
          e);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
    Matcher match = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
    if (!match.find()) {
      throw new UserException(
          file + " has no key in PKCS#8.",
          "Convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW.");
    }
    PKCS8EncodedKeySpec encoded =
        new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(match.group(1)));
    try {
      return KeyFactory.getInstance("EC").generatePrivate(encoded);
    } catch (InvalidKeySpecException e) {
      return rsaOrEdwards(encoded);
    }
  }

  private static PrivateKey rsaOrEdwards(PKCS8EncodedKeySpec encoded)
      throws GeneralSecurityException {
    try {
      return KeyFactory.getInstance("RSA").generatePrivate(encoded);
    } catch (InvalidKeySpecException e) {
      return KeyFactory.getInstance("Ed25519").generatePrivate(encoded);
    }
  }
}
