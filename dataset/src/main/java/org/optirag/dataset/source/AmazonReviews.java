package org.optirag.dataset.source;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;
import org.optirag.dataset.source.Source.TimeUnit;

/**
 * Amazon Reviews of 2014 (reviews_X.json), 2018 (X.json) and 2023 (X.jsonl, times in milliseconds,
 * items by parent_asin), each with its metadata in meta_X.json or meta_X.jsonl; plain or gzipped.
 */
record AmazonReviews() implements Formats.Format {
  private static final int LONGEST = 200; // of a list of categories, in a prompt

  @Override
  public String name() {
    return "amazon-reviews";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    return files
        .one(
            "reviews",
            name ->
                name.matches(".*\\.jsonl?")
                    && !name.startsWith("meta_")
                    && metadata(Path.of(name), files).isPresent())
        .map(reviews -> source(reviews, files));
  }

  private Source source(Path reviews, SourceFiles files) {
    boolean of2023 = SourceFiles.plainName(reviews).endsWith(".jsonl");
    String item = of2023 ? "parent_asin" : "asin";
    return new Source(
        "amazon-" + category(reviews).toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
        name(),
        "product",
        List.of(
            new InteractionTable(
                reviews,
                new RecordLines(),
                of2023 ? "user_id" : "reviewerID",
                List.of(item),
                false,
                of2023 ? "rating" : "overall",
                false,
                null,
                of2023 ? "timestamp" : "unixReviewTime",
                TimeForm.in(of2023 ? TimeUnit.MILLISECONDS : TimeUnit.SECONDS),
                null,
                null,
                null)),
        metadata(reviews, files).stream()
            .map(metadata ->
                new TextTable(
                    metadata,
                    new RecordLines(
                        StandardCharsets.UTF_8,
                        Set.of("title", "brand", "store", "category", "categories")),
                    item,
                    Text.column("title", "title"),
                    List.of(
                        new Text("brand", List.of("brand", "store"), AmazonReviews::firstOf),
                        new Text(
                            "categories",
                            List.of("category", "categories"),
                            values -> categories(firstOf(values))))))
            .toList(),
        List.of(),
        Rules.likedFrom(3.5));
  }

  private static Optional<Path> metadata(Path reviews, SourceFiles files) {
    String suffix = SourceFiles.plainName(reviews).endsWith(".jsonl") ? ".jsonl" : ".json";
    return files.find("meta_" + category(reviews) + suffix);
  }

  /** "Video_Games" for reviews_Video_Games_5.json.gz and for Video_Games.jsonl. */
  private static String category(Path reviews) {
    return SourceFiles.plainName(reviews)
        .replaceFirst("\\.jsonl?$", "")
        .replaceFirst("^reviews_", "")
        .replaceFirst("_5$", "");
  }

  private static String firstOf(List<String> values) {
    return values.stream().filter(value -> !value.isBlank()).findFirst().orElse("");
  }

  private static String categories(String list) {
    String text = HtmlEntities.decode(list.replaceAll("<[^>]*>", "")).replaceAll("(, )+", ", ");
    if (text.length() <= LONGEST) {
      return text;
    }
    int end = text.lastIndexOf(", ", LONGEST);
    return text.substring(0, end > 0 ? end : LONGEST);
  }
}
