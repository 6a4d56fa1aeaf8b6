/* TP(N) by hand: Lamport's TwoPhase, where what was sent stays sent */

#ifndef N
#define N 6
#endif
#define ALL ((1 << N) - 1)

byte tm;                 /* 0 init, 1 committed, 2 aborted */
byte rm[N];              /* 0 working, 1 prepared, 2 committed, 3 aborted */
unsigned prepared : 10;  /* whose Prepared was sent */
unsigned known : 10;     /* whose Prepared was received */
bit commit, abort;       /* whether they were sent */

#define ACTIONS(i) \
  :: d_step { tm == 0 && (prepared & (1 << i)) -> known = known | (1 << i) } \
  :: d_step { rm[i] == 0 -> rm[i] = 1; prepared = prepared | (1 << i) } \
  :: d_step { rm[i] == 0 -> rm[i] = 3 } \
  :: d_step { commit -> rm[i] = 2 } \
  :: d_step { abort -> rm[i] = 3 }

active proctype steps()
{
end:
  do
  :: d_step {  /* none is committed while another is aborted */
    (
    rm[0] == 2 ||
    rm[1] == 2 ||
#if N > 2
    rm[2] == 2 ||
#endif
#if N > 3
    rm[3] == 2 ||
#endif
#if N > 4
    rm[4] == 2 ||
#endif
#if N > 5
    rm[5] == 2 ||
#endif
#if N > 6
    rm[6] == 2 ||
#endif
#if N > 7
    rm[7] == 2 ||
#endif
#if N > 8
    rm[8] == 2 ||
#endif
#if N > 9
    rm[9] == 2 ||
#endif
    false) && (
    rm[0] == 3 ||
    rm[1] == 3 ||
#if N > 2
    rm[2] == 3 ||
#endif
#if N > 3
    rm[3] == 3 ||
#endif
#if N > 4
    rm[4] == 3 ||
#endif
#if N > 5
    rm[5] == 3 ||
#endif
#if N > 6
    rm[6] == 3 ||
#endif
#if N > 7
    rm[7] == 3 ||
#endif
#if N > 8
    rm[8] == 3 ||
#endif
#if N > 9
    rm[9] == 3 ||
#endif
    false) -> assert(false) }
  :: d_step { tm == 0 && known == ALL -> tm = 1; commit = 1 }
  :: d_step { tm == 0 -> tm = 2; abort = 1 }
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
  od
}
