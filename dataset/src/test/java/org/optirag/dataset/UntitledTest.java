package org.optirag.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class UntitledTest {
  @Test
  void theCodeIsTheBeginningOfTheIdsSha256() {
    assertThat(Untitled.title("7")).isEqualTo("790269");
  }

  @Test
  void sqlAndJavaMakeTheSameCode() throws SQLException {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement ask = duck.prepareStatement("SELECT " + Untitled.sql("?::VARCHAR"))) {
      for (String id :
          List.of("7", "0007", "", "Ä,1", "a'b", "\uD83C\uDFAC film", "x".repeat(300))) {
        ask.setString(1, id);
        try (ResultSet found = ask.executeQuery()) {
          assertThat(found.next()).isTrue();
          assertThat(found.getString(1)).as(id).isEqualTo(Untitled.title(id));
        }
      }
    }
  }
}
