package org.optirag.retrieval.behaviour;

/** Up to 32 bits for each of some users, in a table with linear probing. One thread's. */
final class UserBits {
  private final int[] users; // + 1, 0 where free
  private final int[] bits;
  private final int[] taken;
  private int round;

  /**
   * @param most additions
   */
  UserBits(int most) {
    int capacity = Integer.highestOneBit(Math.max(1, most)) << 2;
    users = new int[capacity];
    bits = new int[capacity];
    taken = new int[capacity];
  }

  void add(int user, int bit) {
    int place = place(user);
    users[place] = user + 1;
    bits[place] |= 1 << bit;
  }

  /** After this, every user can be taken once more. */
  void nextRound() {
    round++;
  }

  /** The bits of a user, 0 if there are none or they were taken in this round. */
  int take(int user) {
    int place = place(user);
    if (users[place] == 0 || taken[place] == round) {
      return 0;
    }
    taken[place] = round;
    return bits[place];
  }

  private int place(int user) {
    int place = (user * 0x9E3779B9 >>> 7) & (users.length - 1);
    while (users[place] != 0 && users[place] != user + 1) {
      place = (place + 1) & (users.length - 1);
    }
    return place;
  }
}
