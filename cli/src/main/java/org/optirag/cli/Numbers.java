package org.optirag.cli;

import java.math.BigInteger;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers on the command line; what is none is told in words, not by the name of a type. */
final class Numbers {
  private static final String WHOLE = "[+-]?\\d+";

  private Numbers() {}

  /** Lets a command and those below it read numbers so. */
  static void register(CommandLine command) {
    ITypeConverter<Integer> ints = text -> whole(text, Integer::valueOf, "a whole number");
    ITypeConverter<Long> longs = text -> whole(text, Long::valueOf, "a whole number");
    command
        .registerConverter(int.class, ints)
        .registerConverter(Integer.class, ints)
        .registerConverter(long.class, longs)
        .registerConverter(Long.class, longs)
        .registerConverter(double.class, Numbers::real)
        .registerConverter(Double.class, Numbers::real);
  }

  /** A moment. */
  static final class Seconds implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return whole(text, Long::valueOf, "a number of seconds since 1970");
    }
  }

  private static <N> N whole(String text, Function<String, N> reader, String expected) {
    String bare = text.strip();
    if (!bare.matches(WHOLE)) {
      throw new TypeConversionException("'%s' is not %s".formatted(text, expected));
    }
    try {
      return reader.apply(bare);
    } catch (NumberFormatException e) {
      boolean below = new BigInteger(bare).signum() < 0;
      throw new TypeConversionException(
          "'%s' is too %s a number".formatted(text, below ? "small" : "large"));
    }
  }

  private static double real(String text) {
    String bare = text.strip();
    try {
      double number = Double.parseDouble(bare);
      // Java also reads 4d, 0x1p3 and NaN.
      if (Double.isFinite(number) && bare.matches("[+-]?[\\d.]+([eE][+-]?\\d+)?")) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told of below
    }
    String comma = bare.matches("[+-]?\\d+,\\d+") ? "; write " + bare.replace(',', '.') : "";
    throw new TypeConversionException("'%s' is not a number%s".formatted(text, comma));
  }
}
