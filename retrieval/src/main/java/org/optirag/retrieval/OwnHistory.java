package org.optirag.retrieval;

/**
 * A user's own behaviour before a moment, each part oldest first.
 *
 * @param likes items the user liked
 * @param times when
 * @param labelledLikes the likes of that stretch of time in which dislikes are known as well: with
 *     {@code dislikes}, an unbiased sample of the user's labels
 * @param dislikes items the user is known to dislike
 */
record OwnHistory(int[] likes, long[] times, int[] labelledLikes, int[] dislikes) {

  int labels() {
    return labelledLikes.length + dislikes.length;
  }
}
