/* RING(N) by hand: a token that goes round, and members that need it to be critical */

#ifndef N
#define N 8
#endif

byte token;
byte s[N];  /* 0 idle, 1 waiting, 2 critical, 3 leaving */

#define ACTIONS(i) \
  :: d_step { s[i] == 0 -> s[i] = 1 } \
  :: d_step { s[i] == 1 && token == i -> s[i] = 2 } \
  :: d_step { s[i] == 2 -> s[i] = 3; token = (token + 1) % N } \
  :: d_step { s[i] == 3 -> s[i] = 0 }

active proctype steps()
{
end:
  do
  :: d_step {  /* at most one is critical */
    (s[0] == 2) +
    (s[1] == 2) +
#if N > 2
    (s[2] == 2) +
#endif
#if N > 3
    (s[3] == 2) +
#endif
#if N > 4
    (s[4] == 2) +
#endif
#if N > 5
    (s[5] == 2) +
#endif
#if N > 6
    (s[6] == 2) +
#endif
#if N > 7
    (s[7] == 2) +
#endif
#if N > 8
    (s[8] == 2) +
#endif
#if N > 9
    (s[9] == 2) +
#endif
#if N > 10
    (s[10] == 2) +
#endif
#if N > 11
    (s[11] == 2) +
#endif
#if N > 12
    (s[12] == 2) +
#endif
#if N > 13
    (s[13] == 2) +
#endif
    0 > 1 -> assert(false) }
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
  od
}
