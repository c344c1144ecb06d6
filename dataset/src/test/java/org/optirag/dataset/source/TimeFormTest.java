package org.optirag.dataset.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.source.Source.TimeUnit;

class TimeFormTest {
  private static final Instant MOMENT = Instant.parse("2025-01-31T10:11:12Z");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2025-01-31T10:11:12Z",
        "2025-01-31t10:11:12z",
        "2025-01-31 10:11:12",
        "2025-01-31  10:11:12.000",
        "2025-01-31T12:11:12+02",
        "2025-01-31T12:11:12+0200",
        "2025-01-31T12:11:12+02:00",
        "2025-01-31 12:11:12 +02:00:00",
        "2025-01-31 10:11:12+00", // PostgreSQL
        "2025-01-31 10:11:12 UTC", // BigQuery
        "2025-01-31 10:11:12 GMT",
        "2025-01-31 10:11:12.0000000 +00:00", // SQL Server
        "2025-01-31 10:11:12 +0000 UTC", // Go
        "2025-01-31 10:11:12.0 +0000 UTC m=+0.1",
        "2025-01-31T11:11:12+01:00[Europe/Berlin]", // Java
        "2025-01-31 11:11:12 Europe/Berlin", // Trino
        "2025-01-31 04:41:12-05:30",
        "2025/01/31 10:11:12",
        "2025.01.31 10:11:12",
        "2025-1-31 10:11:12",
        "20250131T101112Z",
        "20250131T101112.000+0000",
        "20250131T10:11:12",
        "20250131 101112",
        "Fri, 31 Jan 2025 10:11:12 GMT", // HTTP
        "31 Jan 2025 10:11:12 +0000",
        "31/Jan/2025:10:11:12 +0000", // web servers
        "31-JAN-2025 10:11:12",
        "Jan 31, 2025 10:11:12 AM",
        "January 31, 2025 at 10:11:12 AM UTC",
        "Fri Jan 31 2025 12:11:12 GMT+0200 (EET)", // JavaScript
        "Fri Jan 31 10:11:12 UTC 2025", // Java's Date
        "Fri Jan 31 10:11:12 +0000 2025",
        "Fri Jan 31 10:11:12 2025", // C
      })
  void whatDatabasesAndLanguagesWriteIsRead(String text) throws Cells.Nonsense {
    assertThat(TimeForm.in(TimeUnit.ISO).instant(text)).isEqualTo(MOMENT);
    assertThat(TimeForm.USUAL.instant(text)).as("without a unit").isEqualTo(MOMENT);
  }

  @Test
  void numbersCountTheirUnit() throws Cells.Nonsense {
    long seconds = MOMENT.getEpochSecond();
    assertThat(TimeForm.USUAL.instant(" " + seconds + " ")).isEqualTo(MOMENT);
    assertThat(TimeForm.USUAL.instant("1.738318272E9")).isEqualTo(MOMENT);
    assertThat(TimeForm.USUAL.instant(seconds + ".987654")).isEqualTo(MOMENT.plusNanos(987654000));
    assertThat(TimeForm.USUAL.instant("7"))
        .as("a running number")
        .isEqualTo("1970-01-01T00:00:07Z");
    assertThat(TimeForm.in(TimeUnit.MILLISECONDS).instant(seconds + "987"))
        .isEqualTo(MOMENT.plusMillis(987));
    assertThat(TimeForm.in(TimeUnit.MILLISECONDS).instant(seconds + "987.5"))
        .isEqualTo(MOMENT.plusNanos(987500000));
    assertThat(TimeForm.in(TimeUnit.MICROSECONDS).instant(seconds + "000001"))
        .isEqualTo(MOMENT.plusNanos(1000));
    assertThat(TimeForm.in(TimeUnit.NANOSECONDS).instant(seconds + "000000001"))
        .isEqualTo(MOMENT.plusNanos(1));
    assertThat(TimeForm.in(TimeUnit.ISO).instant("20250131")).isEqualTo("2025-01-31T00:00:00Z");
  }

  @Test
  void aNumberOfAnotherUnitIsTold() {
    String[] numbers = {"1738318272", "1738318272000", "1738318272000000", "1738318272000000000"};
    List<TimeUnit> units =
        List.of(
            TimeUnit.SECONDS, TimeUnit.MILLISECONDS, TimeUnit.MICROSECONDS, TimeUnit.NANOSECONDS);
    for (int is = 0; is < 4; is++) {
      for (int said = 0; said < 4; said++) {
        if (is != said) {
          String number = numbers[is];
          TimeForm form = TimeForm.in(units.get(said));
          assertThatThrownBy(() -> form.instant(number))
              .hasMessage(
                  "the time %s is in %s, expected %s: say so in a mapping, 'time-unit: %2$s'"
                      .formatted(
                          number,
                          units.get(is).name().toLowerCase(java.util.Locale.ROOT),
                          units.get(said).name().toLowerCase(java.util.Locale.ROOT)));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01/02/2025 = dd/MM/yyyy",
        "1-2-2025 10:00 = d-M-yyyy HH:mm",
        "31.12.2025 23:59:01 = dd.MM.yyyy HH:mm:ss",
        "01.02.25 = dd.MM.yy",
        "09 13, 2009 = dd/MM/yyyy"
      })
  void aDateWhoseMonthIsNotKnownIsAskedForInAFormLikeIt(String told) {
    String text = told.substring(0, told.indexOf(" = "));
    assertThatThrownBy(() -> TimeForm.USUAL.instant(text))
        .isInstanceOf(Cells.Nonsense.class)
        .hasMessageContaining("'" + text + "', of which the month is not known")
        .hasMessageEndingWith("time-format: " + told.substring(told.indexOf(" = ") + 3) + "'");
  }

  @Test
  void aPatternSaysWhichIsWhich() throws Cells.Nonsense {
    assertThat(TimeForm.of("dd/MM/yyyy").instant("01/02/2025")).isEqualTo("2025-02-01T00:00:00Z");
    assertThat(TimeForm.of("MM/dd/yyyy HH:mm").instant("01/02/2025 10:11"))
        .isEqualTo("2025-01-02T10:11:00Z");
    assertThat(TimeForm.of("d MMM yy HH:mm XXX").instant("2 feb 25 10:11 +02:00"))
        .isEqualTo("2025-02-02T08:11:00Z");
    assertThatThrownBy(() -> TimeForm.of("dd/MM/yyyy").instant("2025-01-01"))
        .hasMessage("the time is '2025-01-01', expected the form dd/MM/yyyy");
    assertThatThrownBy(() -> TimeForm.of("dd/bb")).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2025-02-30",
        "2025-13-01T00:00:00Z",
        "2025-01-31T25:00:00",
        "2025-01-31 13:00:00 PM",
        "2025-03-30 02:30:00 Europe/Berlin",
        "2025-10-26 02:30:00 Europe/Berlin",
        "2025-01-31 10:00:00 Nowhere/Land",
      })
  void whatIsNoMomentIsTold(String text) {
    assertThatThrownBy(() -> TimeForm.USUAL.instant(text))
        .isInstanceOf(Cells.Nonsense.class)
        .hasMessageContaining("is no moment");
  }

  @Test
  void zonesThatSeveralPlacesShareAreAskedFor() {
    for (String zone : List.of("EST", "IST", "CET", "foo")) {
      assertThatThrownBy(() -> TimeForm.USUAL.instant("2025-01-31 10:00:00 " + zone))
          .isInstanceOf(Cells.Nonsense.class)
          .hasMessageContaining("the zone '" + zone + "'")
          .hasMessageContaining("+02:00");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "soon",
        "1e999999999",
        "1e-999999999",
        "12 monkeys",
        "NaN",
        "2025",
        "10:11:12"
      })
  void whatIsNoTimeIsNone(String text) {
    if (text.equals("2025")) {
      assertThatThrownBy(() -> TimeForm.in(TimeUnit.ISO).instant(text))
          .hasMessageContaining("expected ISO 8601");
      return;
    }
    assertThatThrownBy(() -> TimeForm.USUAL.instant(text))
        .isInstanceOf(Cells.Nonsense.class)
        .hasMessageContaining("expected a number");
  }

  @Test
  void theEndOfADayAndALeapSecondAreMoments() throws Cells.Nonsense {
    assertThat(TimeForm.USUAL.instant("2025-01-31T24:00:00Z")).isEqualTo("2025-02-01T00:00:00Z");
    assertThat(TimeForm.USUAL.instant("2016-12-31T23:59:60Z")).isEqualTo("2017-01-01T00:00:00Z");
  }
}
