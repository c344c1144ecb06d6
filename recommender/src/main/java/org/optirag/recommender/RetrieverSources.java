package org.optirag.recommender;

import java.util.List;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.workspace.UserException;

/** What retrievers need beyond behaviours and texts. Asked only for what is needed. */
public interface RetrieverSources {
  /** The trained graph, as the moments of a snapshot may see it; closed by the retriever. */
  GraphTimeline graph(KnowledgeSnapshot snapshot);

  /**
   * The items' embeddings by the LLM.
   *
   * @throws UserException if there are none in this use
   */
  default Embeddings itemEmbeddings() {
    List<String> others =
        RetrieverSettings.NAMES.stream().filter(name -> !name.equals("semantic")).toList();
    throw new UserException(
        "The retriever \"semantic\" cannot be served: it reads every new text with the LLM.",
        "Train a bundle with one of " + String.join(", ", others) + ".");
  }
}
