/* PHIL(N) by hand: each takes the left fork, then the right one, and puts them down so */

#ifndef N
#define N 8
#endif

#define RIGHT(i) ((i + 1) % N)
#define BOTH(i) (p[i] == 2 && p[RIGHT(i)] == 2)

bit fork[N];
byte p[N];  /* 0 thinking, 1 has one fork, 2 eating, 3 sated */

#define ACTIONS(i) \
  :: d_step { p[i] == 0 && fork[i] == 0 -> fork[i] = 1; p[i] = 1 } \
  :: d_step { p[i] == 1 && fork[RIGHT(i)] == 0 -> fork[RIGHT(i)] = 1; p[i] = 2 } \
  :: d_step { p[i] == 2 -> fork[i] = 0; p[i] = 3 } \
  :: d_step { p[i] == 3 -> fork[RIGHT(i)] = 0; p[i] = 0 }

active proctype steps()
{
end:
  do
  :: d_step {  /* neighbours never eat at the same time */
    BOTH(0) ||
    BOTH(1) ||
#if N > 2
    BOTH(2) ||
#endif
#if N > 3
    BOTH(3) ||
#endif
#if N > 4
    BOTH(4) ||
#endif
#if N > 5
    BOTH(5) ||
#endif
#if N > 6
    BOTH(6) ||
#endif
#if N > 7
    BOTH(7) ||
#endif
#if N > 8
    BOTH(8) ||
#endif
#if N > 9
    BOTH(9) ||
#endif
#if N > 10
    BOTH(10) ||
#endif
#if N > 11
    BOTH(11) ||
#endif
#if N > 12
    BOTH(12) ||
#endif
#if N > 13
    BOTH(13) ||
#endif
#if N > 14
    BOTH(14) ||
#endif
    false -> assert(false) }
  ACTIONS(0)
  ACTIONS(1)
#if N > 2
  ACTIONS(2)
#endif
#if N > 3
  ACTIONS(3)
#endif
#if N > 4
  ACTIONS(4)
#endif
#if N > 5
  ACTIONS(5)
#endif
#if N > 6
  ACTIONS(6)
#endif
#if N > 7
  ACTIONS(7)
#endif
#if N > 8
  ACTIONS(8)
#endif
#if N > 9
  ACTIONS(9)
#endif
#if N > 10
  ACTIONS(10)
#endif
#if N > 11
  ACTIONS(11)
#endif
#if N > 12
  ACTIONS(12)
#endif
#if N > 13
  ACTIONS(13)
#endif
#if N > 14
  ACTIONS(14)
#endif
  od
}
