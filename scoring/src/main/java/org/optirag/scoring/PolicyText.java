package org.optirag.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.optirag.scoring.ExitPolicy.Budget;
import org.optirag.scoring.ExitPolicy.Entropy;
import org.optirag.scoring.ExitPolicy.Fixed;
import org.optirag.scoring.ExitPolicy.MaxProbability;
import org.optirag.scoring.ExitPolicy.None;
import org.optirag.scoring.ExitPolicy.Patience;
import org.optirag.scoring.ExitPolicy.RatioTrend;
import org.optirag.scoring.ExitPolicy.TopK;
import org.optirag.workspace.UserException;

/** Exit policies as a line of text: the name, a colon, and numbers parted by commas. */
final class PolicyText {
  private static final String FORMS =
      "Write none, fixed:HEAD (heads count from 1), ratio-trend:THRESHOLD,HEADS[,FALLING[,CENTRE[,agreeing]]],"
          + " max-probability:THRESHOLD, entropy:NATS, patience:CONFIRMATIONS, top-k:K,MARGIN[,…] or"
          + " budget:CANDIDATES, for instance ratio-trend:1.2,2.";

  /** More heads than any backbone has blocks. */
  private static final int MOST_MARGINS = 1000;

  private static final String AGREEING = "agreeing";

  private PolicyText() {}

  static String family(ExitPolicy policy) {
    return switch (policy) {
      case None none -> "none";
      case Fixed fixed -> "fixed";
      case RatioTrend trend -> "ratio-trend";
      case MaxProbability probability -> "max-probability";
      case Entropy entropy -> "entropy";
      case Patience patience -> "patience";
      case TopK top -> "top-k";
      case Budget budget -> "budget";
    };
  }

  static String of(ExitPolicy policy) {
    List<?> parameters =
        switch (policy) {
          case None none -> List.of();
          case Fixed fixed -> List.of(fixed.head());
          case RatioTrend trend -> parameters(trend);
          case MaxProbability probability -> List.of(probability.threshold());
          case Entropy entropy -> List.of(entropy.threshold());
          case Patience patience -> List.of(patience.confirmations());
          case TopK top -> Stream.concat(Stream.of(top.k()), top.margins().stream()).toList();
          case Budget budget -> List.of(budget.candidates());
        };
    return Stream.concat(
            Stream.of(family(policy)).filter(name -> parameters.isEmpty()),
            parameters.stream().map(PolicyText::number))
        .collect(Collectors.joining(",", parameters.isEmpty() ? "" : family(policy) + ":", ""));
  }

  private static List<Object> parameters(RatioTrend trend) {
    List<Object> parameters =
        new ArrayList<>(
            List.of(trend.threshold(), trend.heads(), trend.falling(), trend.centre(), AGREEING));
    // What is as in the paper need not be said at the end.
    if (trend.growing()) {
      parameters.removeLast();
      if (trend.centre() == 0) {
        parameters.removeLast();
        if (trend.falling() == 1) {
          parameters.removeLast();
        }
      }
    }
    return parameters;
  }

  /** The shortest digits that read back as the same number, without a needless ".0". */
  private static String number(Object value) {
    String text = value.toString();
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  static ExitPolicy parse(String text) {
    String[] parts = text.strip().split(":", 2);
    String[] numbers = parts.length == 1 ? new String[0] : parts[1].split(",", -1);
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "none" -> {
        count(text, numbers, 0, 0);
        yield new None();
      }
      case "fixed" -> {
        count(text, numbers, 1, 1);
        yield new Fixed(whole(text, numbers[0]));
      }
      case "ratio-trend" -> {
        count(text, numbers, 2, 5);
        yield new RatioTrend(
            real(text, numbers[0]),
            whole(text, numbers[1]),
            numbers.length > 2 ? real(text, numbers[2]) : 1,
            numbers.length > 3 ? real(text, numbers[3]) : 0,
            numbers.length < 5 || growing(text, numbers[4]));
      }
      case "max-probability" -> {
        count(text, numbers, 1, 1);
        yield new MaxProbability(real(text, numbers[0]));
      }
      case "entropy" -> {
        count(text, numbers, 1, 1);
        yield new Entropy(real(text, numbers[0]));
      }
      case "patience" -> {
        count(text, numbers, 1, 1);
        yield new Patience(whole(text, numbers[0]));
      }
      case "top-k" -> {
        count(text, numbers, 2, MOST_MARGINS);
        yield new TopK(
            whole(text, numbers[0]),
            Arrays.stream(numbers).skip(1).map(margin -> real(text, margin)).toList());
      }
      case "budget" -> {
        count(text, numbers, 1, 1);
        yield new Budget(whole(text, numbers[0]));
      }
      default -> throw new UserException("There is no exit policy \"" + parts[0] + "\".", FORMS);
    };
  }

  private static void count(String text, String[] numbers, int least, int most) {
    if (numbers.length < least || numbers.length > most) {
      String wanted = least == most ? String.valueOf(least) : least + " to " + most;
      throw new UserException(
          "The exit policy \"%s\" has %d parameters, it takes %s."
              .formatted(text, numbers.length, wanted),
          FORMS);
    }
  }

  private static int whole(String text, String number) {
    try {
      return Integer.parseInt(number.strip());
    } catch (NumberFormatException e) {
      throw new UserException(
          "In the exit policy \"%s\", \"%s\" is no whole number.".formatted(text, number),
          FORMS,
          e);
    }
  }

  private static double real(String text, String number) {
    try {
      return Double.parseDouble(number.strip());
    } catch (NumberFormatException e) {
      throw new UserException(
          "In the exit policy \"%s\", \"%s\" is no number.".formatted(text, number), FORMS, e);
    }
  }

  private static boolean growing(String text, String word) {
    return switch (word.strip().toLowerCase(Locale.ROOT)) {
      case AGREEING -> false;
      case "growing" -> true;
      default ->
          throw new UserException(
              "In the exit policy \"%s\", \"%s\" is neither agreeing nor growing."
                  .formatted(text, word),
              FORMS);
    };
  }

  static void require(boolean holds, String what, Number value, String wanted) {
    if (!holds) {
      throw new UserException(
          "The exit policy's %s is %s.".formatted(what, number(value)), "Give " + wanted + ".");
    }
  }
}
