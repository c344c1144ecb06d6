package org.optirag.retrieval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;

/**
 * Approximate nearest users by Lucene's hierarchical navigable small worlds (arXiv 1603.09320).
 * Lucene, because it is here for BM25 already and is the best-kept implementation on the JVM.
 */
public final class HnswUserIndex implements UserIndex {
  private static final String VECTOR = "vector";
  private static final String USER = "user";

  /** More candidates than asked for, for recall: at least so many, */
  private static final int EXPLORED = 100;

  /**
   * and so many times as many. Of the 50 nearest of 300,000 users it finds 98.7 in 100; four times
   * as many would find 99.2 in a third more time.
   */
  private static final double TIMES = 2.5;

  private final Directory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;

  /** Of each document: stored fields would be unpacked by the block for each one found. */
  private final int[] users;

  private HnswUserIndex(Directory directory, DirectoryReader reader) throws IOException {
    this.directory = directory;
    this.reader = reader;
    this.searcher = new IndexSearcher(reader);
    this.users = new int[reader.maxDoc()];
    for (LeafReaderContext leaf : reader.leaves()) {
      NumericDocValues values = DocValues.getNumeric(leaf.reader(), USER);
      for (int doc = values.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = values.nextDoc()) {
        users[leaf.docBase + doc] = (int) values.longValue();
      }
    }
  }

  /** Builds an index in memory. */
  public static HnswUserIndex build(Embeddings users) {
    Embeddings unit = users.normalized();
    try {
      Directory directory = new ByteBuffersDirectory();
      try (IndexWriter writer =
          new IndexWriter(directory, new IndexWriterConfig().setRAMBufferSizeMB(512))) {
        for (int user = 0; user < unit.rows(); user++) {
          if (unit.dot(user, unit, user) > 0) {
            Document document = new Document();
            document.add(
                new KnnFloatVectorField(
                    VECTOR, unit.row(user), VectorSimilarityFunction.DOT_PRODUCT));
            document.add(new NumericDocValuesField(USER, user));
            writer.addDocument(document);
          }
        }
        writer.forceMerge(1);
      }
      return new HnswUserIndex(directory, DirectoryReader.open(directory));
    } catch (IOException e) {
      throw new UncheckedIOException("an index in memory failed", e);
    }
  }

  @Override
  public List<Similar> nearest(float[] vector, int most, int except) {
    try {
      List<Similar> found = new ArrayList<>();
      int explored = Math.max(EXPLORED, (int) (TIMES * (most + 1)));
      for (ScoreDoc hit :
          searcher.search(
                  new KnnFloatVectorQuery(VECTOR, Embeddings.normalized(vector), explored),
                  most + 1)
              .scoreDocs) {
        int user = users[hit.doc];
        if (user != except && found.size() < most) {
          // Lucene's score is (1 + cosine) / 2.
          found.add(new Similar(user, 2 * hit.score - 1));
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("an index in memory failed", e);
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException("an index in memory failed", e);
    }
  }
}
