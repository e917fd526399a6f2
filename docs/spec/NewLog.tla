------------------------------- MODULE NewLog -------------------------------
(* The log is replaced by another one, which begins again at offset 0: the topic was deleted and created, or a new
   broker took over with empty disks. Fences, tokens, marks and late scripts of the old log are still about.

   Every number that leaves the log names it: number = Base(log) + offset, and a newer log's base is above all numbers
   of an older one. A new log then is nothing but a log whose begin has jumped to its base: see Refuse, Drop and
   Settle in Loss. What stays to be shown is that workers notice in time. Records carry the base that their writer
   goes by; a writer that has not noticed gives them the old one.

   A rule and a fence are pairs <<log, offset>> here, which is the truth; the protocol sees only Number of them. *)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS Workers, Appliers,
          MaxLog,           \* rules in one log
          Matching          \* offsets of the rules that concern the entries here, in either log

CONSTANTS \* the safeguards
    NumbersNameLog,         \* off: plain offsets, though Redis is emptied at once and exactly once when a worker notices
    AppendNamesLog,         \* a rule is applied only if it was appended to the log that its worker knows
    ProbeNamesLog,          \* a worker is fresh only if the log whose end it asked for is the one that it knows
    NameAfterEnd,           \* ... which it asks after it asked for the end
    NameByFirst,            \* ... and tells by the log's first record; off: by the last one that it followed
    ClearL1                 \* a worker that notices clears its L1

None == <<0, 0>>
Logs == {1, 2}
Step == MaxLog + 1
Base(g) == IF NumbersNameLog THEN g * Step ELSE 0
Number(p) == Base(p[1]) + p[2]
NoRule == -1
\* The truth: a rule of a newer log kills whatever it matches of the answers that older logs gave a fence.
ReallyKills(rule, fence) == rule[2] \in Matching /\ (rule[1] > fence[1] \/ (rule[1] = fence[1] /\ rule[2] >= fence[2]))

VARIABLES
    log, bases,    \* which log it is now, and for each of its records the log that its writer took it for
    redis,         \* [entries: fences, rule, floor, marks, watermark: numbers, log: only for plain offsets]
    acked,         \* [rule, number: as the acknowledgement's token has it]
    applier,       \* applier -> [at, rule, number: of the rule, or the base below which it drops; worker, from: its
                   \*             position when it appended]
    position,      \* worker -> <<the log that it knows, offset>>
    last,          \* worker -> the log that the last record that it followed was of, 0: none
    l1,            \* worker -> fence or None
    probe,         \* worker -> [at, end, acked]
    fresh,         \* worker -> [on, acked]
    due
redisVars == <<redis, acked, applier>>
timeVars == <<probe, fresh, due>>
vars == <<log, bases, redisVars, position, last, l1, timeVars>>
end == Len(bases)

Max(a, b) == IF a > b THEN a ELSE b
Idle == [at |-> "idle", rule |-> None, number |-> 0, worker |-> 0, from |-> None]
NoProbe == [at |-> "no", end |-> 0, acked |-> {}]
Stale == [on |-> FALSE, acked |-> {}]

Init == /\ log = 1 /\ bases = <<>>
        /\ redis = [entries |-> {}, rule |-> NoRule, floor |-> 0, marks |-> {}, watermark |-> Base(1), log |-> 1]
        /\ acked = {} /\ applier = [a \in Appliers |-> Idle]
        /\ position = [w \in Workers |-> <<1, 0>>] /\ last = [w \in Workers |-> 0] /\ l1 = [w \in Workers |-> None]
        /\ probe = [w \in Workers |-> NoProbe] /\ fresh = [w \in Workers |-> Stale] /\ due = {}

ReplaceLog == /\ log = 1 /\ log' = 2 /\ bases' = <<>>
              /\ UNCHANGED <<redisVars, position, last, l1, timeVars>>

Knows(w) == position[w][1] = log
SeemsKnown(w) == IF NameByFirst THEN Knows(w) ELSE last[w] \in {0, log}
Notice(w) == /\ position' = [position EXCEPT ![w] = <<log, 0>>] /\ last' = [last EXCEPT ![w] = 0]
             /\ l1' = IF ClearL1 THEN [l1 EXCEPT ![w] = None] ELSE l1
             /\ fresh' = [fresh EXCEPT ![w] = Stale] /\ probe' = [probe EXCEPT ![w] = NoProbe]

-----------------------------------------------------------------------------
\* An invalidation: append, follow to it, write, delete, mark and acknowledge; its worker may die on the way, and may
\* be late. Its number is what its worker takes it for.
AppendRule(a, w) == /\ applier[a].at = "idle" /\ end < MaxLog
                    /\ bases' = Append(bases, position[w][1])
                    /\ applier' = [applier EXCEPT ![a] = [at |-> "appended", rule |-> <<log, end>>, worker |-> w,
                                                         number |-> Base(position[w][1]) + end, from |-> position[w]]]
                    /\ UNCHANGED <<log, redis, acked, position, last, l1, timeVars>>
\* The worker has followed to the record, or it has noticed; appended anew in that case.
Place(a) == /\ applier[a].at = "appended"
            /\ LET w == applier[a].worker
                   offset == applier[a].rule[2]
                   given == offset >= applier[a].from[2] /\ position[w][1] = applier[a].from[1]
               IN IF ~given THEN applier' = [applier EXCEPT ![a] = Idle] /\ UNCHANGED <<position, last, l1, probe, fresh>>
                  ELSE /\ position[w][2] > offset
                       /\ IF AppendNamesLog /\ ~SeemsKnown(w) THEN applier' = [applier EXCEPT ![a] = Idle] /\ Notice(w)
                          ELSE /\ applier' = [applier EXCEPT ![a].at = "placed"]
                               /\ UNCHANGED <<position, last, l1, probe, fresh>>
            /\ UNCHANGED <<log, bases, redis, acked, due>>
Concerns(a) == applier[a].rule[2] \in Matching
WriteRule(a) == /\ applier[a].at = "placed"
                /\ redis' = IF Concerns(a) THEN [redis EXCEPT !.rule = Max(@, applier[a].number)] ELSE redis
                /\ applier' = [applier EXCEPT ![a].at = "ruled"]
                /\ UNCHANGED <<log, bases, acked, position, last, l1, timeVars>>
Delete(a) == /\ applier[a].at = "ruled"
             /\ redis' = IF Concerns(a) THEN [redis EXCEPT !.entries = {e \in @ : Number(e) > applier[a].number}] ELSE redis
             /\ applier' = [applier EXCEPT ![a].at = "deleted"]
             /\ UNCHANGED <<log, bases, acked, position, last, l1, timeVars>>
Mark(a) == /\ applier[a].at = "deleted"
           /\ redis' = [redis EXCEPT !.marks = @ \cup {applier[a].number}]
           /\ acked' = acked \cup {[rule |-> applier[a].rule, number |-> applier[a].number]}
           /\ applier' = [applier EXCEPT ![a] = Idle]
           /\ UNCHANGED <<log, bases, position, last, l1, timeVars>>
Die(a) == /\ applier[a].at # "idle" /\ applier' = [applier EXCEPT ![a] = Idle]
          /\ UNCHANGED <<log, bases, redis, acked, position, last, l1, timeVars>>

\* Redis is older than the log's base: the same three steps as for a log whose begin has passed the watermark.
SomebodyKnows == \E w \in Workers : position[w][1] = log
Refuse(a) == /\ NumbersNameLog /\ applier[a].at = "idle" /\ SomebodyKnows /\ redis.watermark < Base(log)
             /\ redis' = [redis EXCEPT !.floor = Max(@, Base(log))]
             /\ applier' = [applier EXCEPT ![a] = [Idle EXCEPT !.at = "refusing", !.number = Base(log)]]
             /\ UNCHANGED <<log, bases, acked, position, last, l1, timeVars>>
Drop(a) == /\ applier[a].at = "refusing"
           /\ redis' = [redis EXCEPT !.entries = {e \in @ : Number(e) >= applier[a].number}]
           /\ applier' = [applier EXCEPT ![a].at = "dropped"]
           /\ UNCHANGED <<log, bases, acked, position, last, l1, timeVars>>
Settle(a) == /\ applier[a].at = "dropped"
             /\ redis' = [redis EXCEPT !.watermark = Max(@, applier[a].number)]
             /\ applier' = [applier EXCEPT ![a] = Idle]
             /\ UNCHANGED <<log, bases, acked, position, last, l1, timeVars>>
Empty == /\ ~NumbersNameLog /\ SomebodyKnows /\ redis.log < log
         /\ redis' = [entries |-> {}, rule |-> NoRule, floor |-> 0, marks |-> {}, watermark |-> 0, log |-> log]
         /\ UNCHANGED <<log, bases, acked, applier, position, last, l1, timeVars>>

\* A store may come with any fence that either log ever gave.
Store(f) == /\ f[1] <= log /\ f \notin redis.entries
            /\ Number(f) <= Number(<<log, end>>) /\ Number(f) >= redis.floor /\ redis.rule < Number(f)
            /\ redis' = [redis EXCEPT !.entries = @ \cup {f}]
            /\ UNCHANGED <<log, bases, acked, applier, position, last, l1, timeVars>>

-----------------------------------------------------------------------------
\* Workers. All remember every rule of the log that they know. One that has not noticed may take records of the new log
\* for the old one's: harmless, since it does not become fresh.
Follow(w) == /\ position[w][2] < end
             /\ IF bases[position[w][2] + 1] > position[w][1] THEN Notice(w) /\ UNCHANGED <<log, bases, redisVars, due>>
                ELSE /\ l1' = [l1 EXCEPT ![w] = IF @ # None /\ position[w][2] \in Matching /\ Number(position[w]) >= Number(@)
                                                  THEN None ELSE @]
                     /\ position' = [position EXCEPT ![w][2] = @ + 1]
                     /\ last' = [last EXCEPT ![w] = log]
                     /\ UNCHANGED <<log, bases, redisVars, timeVars>>
Ask(w) == /\ probe[w].at = (IF ProbeNamesLog /\ ~NameAfterEnd THEN "named" ELSE "no")
          /\ IF end < position[w][2] THEN Notice(w)
             ELSE /\ probe' = [probe EXCEPT ![w] = [at |-> IF ProbeNamesLog /\ NameAfterEnd THEN "asked" ELSE "ready",
                                                    end |-> end, acked |-> acked]]
                  /\ UNCHANGED <<position, last, l1, fresh>>
          /\ UNCHANGED <<log, bases, redisVars, due>>
AskName(w) == /\ ProbeNamesLog /\ probe[w].at = (IF NameAfterEnd THEN "asked" ELSE "no")
              /\ IF ~SeemsKnown(w) THEN Notice(w)
                 ELSE /\ probe' = [probe EXCEPT ![w].at = IF NameAfterEnd THEN "ready" ELSE "named"]
                      /\ UNCHANGED <<position, last, l1, fresh>>
              /\ UNCHANGED <<log, bases, redisVars, due>>
Reach(w) == /\ probe[w].at = "ready" /\ position[w][2] >= probe[w].end
            /\ fresh' = [fresh EXCEPT ![w] = [on |-> due \subseteq probe[w].acked, acked |-> probe[w].acked]]
            /\ probe' = [probe EXCEPT ![w] = NoProbe]
            /\ UNCHANGED <<log, bases, redisVars, position, last, l1, due>>
Lapse(w) == /\ fresh[w].on /\ fresh' = [fresh EXCEPT ![w] = Stale]
            /\ UNCHANGED <<log, bases, redisVars, position, last, l1, probe, due>>
Age == /\ due # acked /\ \A w \in Workers : fresh[w].on => acked \subseteq fresh[w].acked
       /\ due' = acked
       /\ UNCHANGED <<log, bases, redisVars, position, last, l1, probe, fresh>>

KnownKill(w, e) == \E o \in Matching : o < position[w][2] /\ Base(position[w][1]) + o >= Number(e)
Verified(w, e) == Number(e) >= Base(position[w][1]) \/ redis.watermark >= Base(position[w][1])
Serves(w, e) == fresh[w].on /\ e \in redis.entries /\ ~KnownKill(w, e) /\ Verified(w, e)
Load(w) == \E e \in redis.entries : /\ Serves(w, e) /\ l1[w] # e
                                    /\ l1' = [l1 EXCEPT ![w] = e]
                                    /\ UNCHANGED <<log, bases, redisVars, position, last, timeVars>>

Next == \/ ReplaceLog \/ Empty \/ Age
        \/ \E a \in Appliers : \/ Place(a) \/ WriteRule(a) \/ Delete(a) \/ Mark(a) \/ Die(a)
                               \/ Refuse(a) \/ Drop(a) \/ Settle(a)
                               \/ \E w \in Workers : AppendRule(a, w)
        \/ \E f \in Logs \X (0..MaxLog) : Store(f)
        \/ \E w \in Workers : Follow(w) \/ Ask(w) \/ AskName(w) \/ Reach(w) \/ Lapse(w) \/ Load(w)
Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* The promises of Coherence and Loss, over both logs.
L1Bounded == \A w \in Workers, a \in due : (fresh[w].on /\ l1[w] # None) => ~ReallyKills(a.rule, l1[w])
L1WithToken == \A w \in Workers, a \in acked :
                (l1[w] # None /\ fresh[w].on /\ Number(position[w]) > a.number) => ~ReallyKills(a.rule, l1[w])
L2Bounded == \A w \in Workers, e \in redis.entries, a \in due : Serves(w, e) => ~ReallyKills(a.rule, e)
RepairComplete == \A o \in Matching \cap 0..(end - 1) :
    LET n == Number(<<log, o>>)
    IN (n < redis.watermark \/ n \in redis.marks) => /\ \A e \in redis.entries : ~ReallyKills(<<log, o>>, e)
                                                     /\ redis.rule >= n \/ redis.floor > n
\* A worker that knows the new log answers nothing that the old one gave a fence.
NeverFromOldLog == \A w \in Workers : Knows(w) => /\ l1[w] = None \/ l1[w][1] = log
                                                  /\ \A e \in redis.entries : Serves(w, e) => e[1] = log

AllMatch == 0..(MaxLog - 1)
FirstMatches == {0}
Alike == Permutations(Workers) \cup Permutations(Appliers)
=============================================================================
