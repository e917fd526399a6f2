------------------------------- MODULE Memory -------------------------------
(* A worker remembers only the recent rules: those from `memory` to its position. What it may let into L1 then.

   As in Loss an entry is nothing but its fence. L1 itself needs no memory: a rule evicts when it is followed. But
   what is on its way into L1, read from Redis or just stored there, was not in L1 when rules were followed and
   forgotten meanwhile. So the admission asks the read guard again: with the watermark that was read with the entry
   (or returned by the store's script) and with what is remembered now. *)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS Workers, MaxLog,
          Matching                \* the rules that concern the entries here

CONSTANTS \* the safeguards
    CheckAtAdmission,             \* what enters L1 is refused if a rule that is remembered kills it
    VerifyAtAdmission,            \* ... or if neither memory nor watermark vouches for it
    EvictOnFollow

None == -1

VARIABLES end,      \* of the log
          redis,    \* [entry: fence or None, rule: newest matching rule written, marks, watermark]
          acked,
          position, memory,
          l1,       \* worker -> fence or None
          entering  \* worker -> [fence or None, watermark]
vars == <<end, redis, acked, position, memory, l1, entering>>

Max(a, b) == IF a > b THEN a ELSE b
Nothing == [fence |-> None, watermark |-> None]

Init == /\ end = 0 /\ redis = [entry |-> None, rule |-> None, marks |-> {}, watermark |-> 0] /\ acked = {}
        /\ position = [w \in Workers |-> 0] /\ memory = [w \in Workers |-> 0]
        /\ l1 = [w \in Workers |-> None] /\ entering = [w \in Workers |-> Nothing]

AppendRule == /\ end < MaxLog /\ end' = end + 1
              /\ UNCHANGED <<redis, acked, position, memory, l1, entering>>
WriteRule(n) == /\ n < end /\ n \in Matching /\ redis.rule < n
                /\ redis' = [redis EXCEPT !.rule = n]
                /\ UNCHANGED <<end, acked, position, memory, l1, entering>>
\* Deleted, marked and acknowledged; Loss has these apart.
Finish(n) == /\ n < end /\ n \notin acked /\ (n \in Matching => redis.rule >= n)
             /\ redis' = [redis EXCEPT !.entry = IF n \in Matching /\ @ <= n THEN None ELSE @, !.marks = @ \cup {n}]
             /\ acked' = acked \cup {n}
             /\ UNCHANGED <<end, position, memory, l1, entering>>
Advance == /\ redis.watermark \in redis.marks
           /\ redis' = [redis EXCEPT !.watermark = @ + 1]
           /\ UNCHANGED <<end, acked, position, memory, l1, entering>>

Follow(w) == /\ position[w] < end
             /\ LET n == position[w]
                IN l1' = [l1 EXCEPT ![w] = IF EvictOnFollow /\ n \in Matching /\ @ <= n THEN None ELSE @]
             /\ position' = [position EXCEPT ![w] = @ + 1]
             /\ UNCHANGED <<end, redis, acked, memory, entering>>
Forget(w) == /\ memory[w] < position[w] /\ memory' = [memory EXCEPT ![w] = @ + 1]
             /\ UNCHANGED <<end, redis, acked, position, l1, entering>>
\* A start: nothing in L1, and the memory begins somewhere in the log.
Restart(w, p) == /\ p <= end
                 /\ position' = [position EXCEPT ![w] = p] /\ memory' = [memory EXCEPT ![w] = p]
                 /\ l1' = [l1 EXCEPT ![w] = None] /\ entering' = [entering EXCEPT ![w] = Nothing]
                 /\ UNCHANGED <<end, redis, acked>>

KnownKill(w, f) == \E n \in Matching : memory[w] <= n /\ n < position[w] /\ n >= f
Verified(w, f, watermark) == f >= memory[w] \/ watermark >= memory[w]

Load(w) == /\ redis.entry # None /\ entering[w] = Nothing
           /\ ~KnownKill(w, redis.entry) /\ Verified(w, redis.entry, redis.watermark)
           /\ entering' = [entering EXCEPT ![w] = [fence |-> redis.entry, watermark |-> redis.watermark]]
           /\ UNCHANGED <<end, redis, acked, position, memory, l1>>
Store(w, f) == /\ f <= end /\ redis.rule < f /\ entering[w] = Nothing
               /\ redis' = [redis EXCEPT !.entry = f]
               /\ entering' = [entering EXCEPT ![w] = [fence |-> f, watermark |-> redis.watermark]]
               /\ UNCHANGED <<end, acked, position, memory, l1>>
Admit(w) == /\ entering[w] # Nothing
            /\ LET f == entering[w].fence
                   refused == \/ CheckAtAdmission /\ KnownKill(w, f)
                              \/ VerifyAtAdmission /\ ~Verified(w, f, entering[w].watermark)
               IN l1' = IF refused THEN l1 ELSE [l1 EXCEPT ![w] = f]
            /\ entering' = [entering EXCEPT ![w] = Nothing]
            /\ UNCHANGED <<end, redis, acked, position, memory>>

Next == \/ AppendRule \/ Advance
        \/ \E n \in 0..(MaxLog - 1) : WriteRule(n) \/ Finish(n)
        \/ \E w \in Workers : \/ Follow(w) \/ Forget(w) \/ Load(w) \/ Admit(w)
                              \/ \E n \in 0..MaxLog : Restart(w, n) \/ Store(w, n)
Spec == Init /\ [][Next]_vars

\* L1 holds nothing that an acknowledged rule kills which the worker has passed, remembered or not. (What it has not
\* passed is held off by freshness and tokens: L1Bounded and L1WithToken of Coherence.)
L1Passed == \A w \in Workers, n \in acked \cap Matching : (l1[w] # None /\ n < position[w]) => l1[w] > n

AllMatch == 0..(MaxLog - 1)
FirstMatches == {0}

Alike == Permutations(Workers)
=============================================================================
