package org.optirag.retrieval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.optirag.dataset.Field;
import org.optirag.dataset.ItemTexts;
import org.optirag.dataset.Items;

/** "bm25": the behaviours whose items' texts are most like the candidates' by BM25 (Lucene). */
public final class Bm25Retriever implements Retriever {
  private static final String TEXT = "text";
  private static final String ITEM = "item";
  private static final int MOST_TERMS = 64;
  private static final int MOST_CHARACTERS = 4_096;

  private final VisibleHistory visible;
  private final ItemTexts items;
  private final RelevantHistory choice;
  private final Analyzer analyzer;
  private final Directory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;

  /**
   * Builds an index of all items in memory.
   *
   * @param settings what the shared context may hold
   */
  public Bm25Retriever(VisibleHistory visible, Items items, RetrieverSettings.Bm25 settings) {
    this.visible = visible;
    this.items = items;
    this.choice = new RelevantHistory(settings.history(), 2, settings.shared());
    this.analyzer = new EnglishAnalyzer();
    this.directory = new ByteBuffersDirectory();
    try {
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
        for (int item = 0; item < items.size(); item++) {
          Document document = new Document();
          document.add(new TextField(TEXT, text(item), Store.NO));
          document.add(new IntField(ITEM, item, Store.YES));
          writer.addDocument(document);
        }
      }
      this.reader = DirectoryReader.open(directory);
      this.searcher = new IndexSearcher(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("an index in memory failed", e);
    }
  }

  private Bm25Retriever(Bm25Retriever index, VisibleHistory visible, ItemTexts items) {
    this.visible = visible;
    this.items = items;
    this.choice = index.choice;
    this.analyzer = index.analyzer;
    this.directory = index.directory;
    this.reader = index.reader;
    this.searcher = index.searcher;
  }

  /**
   * The same index, asked with what is newer. Items that the index does not have are candidates
   * like others; as behaviours they are like none.
   *
   * @param newer what may be seen
   * @param texts of the candidates
   * @return not to be closed: it shares the index with this one
   */
  public Bm25Retriever with(VisibleHistory newer, ItemTexts texts) {
    return new Bm25Retriever(this, newer, texts);
  }

  private String text(int item) {
    StringJoiner text = new StringJoiner(" ");
    text.add(items.title(item));
    for (Field field : items.fields(item)) {
      text.add(field.value());
    }
    String whole = text.toString();
    return whole.substring(0, Math.min(whole.length(), MOST_CHARACTERS));
  }

  @Override
  public String name() {
    return "bm25";
  }

  @Override
  public Retrieved retrieve(int user, int[] candidates, long time) {
    List<Behaviour> history = visible.history(user, time, RelevantHistory.SEARCHED);
    RelevantHistory.Likeness likeness = likeness(candidates, history);
    List<Evidence> evidence = new ArrayList<>();
    for (int c = 0; c < candidates.length; c++) {
      evidence.add(new Evidence(choice.relevant(history, likeness, c), 0, 0, 0, 0));
    }
    return new Retrieved(choice.ofContext(history, likeness), List.of(), evidence);
  }

  private RelevantHistory.Likeness likeness(int[] candidates, List<Behaviour> history) {
    double[][] values = new double[candidates.length][history.size()];
    if (history.isEmpty()) {
      return new RelevantHistory.Likeness(candidates, values);
    }
    Query seen = IntPoint.newSetQuery(ITEM, history.stream().mapToInt(Behaviour::item).toArray());
    try {
      StoredFields stored = searcher.storedFields();
      for (int c = 0; c < candidates.length; c++) {
        BooleanQuery.Builder query = new BooleanQuery.Builder().add(seen, Occur.FILTER);
        terms(text(candidates[c])).forEach(t -> query.add(new TermQuery(t), Occur.SHOULD));
        Map<Integer, Double> scores = new HashMap<>();
        for (ScoreDoc hit : searcher.search(query.build(), history.size()).scoreDocs) {
          int item = stored.document(hit.doc).getField(ITEM).numericValue().intValue();
          scores.put(item, (double) hit.score);
        }
        for (int h = 0; h < history.size(); h++) {
          values[c][h] = scores.getOrDefault(history.get(h).item(), 0.0);
        }
      }
      return new RelevantHistory.Likeness(candidates, values);
    } catch (IOException e) {
      throw new UncheckedIOException("an index in memory failed", e);
    }
  }

  private List<Term> terms(String text) throws IOException {
    List<Term> terms = new ArrayList<>();
    try (TokenStream stream = analyzer.tokenStream(TEXT, text)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      stream.reset();
      while (terms.size() < MOST_TERMS && stream.incrementToken()) {
        terms.add(new Term(TEXT, term.toString()));
      }
      stream.end();
    }
    return terms;
  }

  @Override
  public void close() {
    try {
      reader.close();
      directory.close();
      analyzer.close();
    } catch (IOException e) {
      throw new UncheckedIOException("an index in memory failed", e);
    }
  }
}
