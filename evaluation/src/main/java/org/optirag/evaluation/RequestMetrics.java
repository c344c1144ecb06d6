package org.optirag.evaluation;

/**
 * How well candidates are ranked within their requests: means over the requests that have both
 * labels, as the evaluation of MIND defines them (Wu et al. 2020,
 * aclanthology.org/2020.acl-main.331).
 *
 * <p>Candidates of equal probability have no order among them. Each figure is then its mean over
 * all their orders, so that no order of rows is favoured: where all candidates tie, the AUC is 0.5,
 * and the others are what a draw of lots reaches on average.
 *
 * @param auc the share of pairs of a clicked and another candidate in which the clicked one has the
 *     higher probability
 * @param mrr the mean over a request's clicked candidates of 1 / rank
 * @param ndcg5 the sum of 1 / log2(1 + rank) over the clicked candidates of the first five ranks,
 *     divided by the largest that it could be
 * @param ndcg10 the same of the first ten ranks
 * @param hitRate10 the share of requests with a clicked candidate within the first ten ranks
 * @param requests how many requests were scored
 * @param ranked how many of them have both labels and so count
 */
public record RequestMetrics(
    Estimate auc,
    Estimate mrr,
    Estimate ndcg5,
    Estimate ndcg10,
    Estimate hitRate10,
    int requests,
    int ranked) {}
