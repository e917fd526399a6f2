-------------------------------- MODULE Loss --------------------------------
(* Redis loses its tail: any earlier state of it may come back, entries, rules, marks, floor and watermark together.
   How that is noticed and repaired, what a worker may believe meanwhile, and what the log's own retention changes.

   Coherence has shown that fences stand for values, so here an entry is nothing but its fence, and is wrong iff a
   rule kills it. Deleting is one step (its rounds are in Coherence). A rule n of Matching concerns the entries
   here, the others are about something else; all need their marks. *)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS Workers,
          Appliers,            \* who may be applying a rule or repairing at a time: handlers and janitors of workers
          MaxLog, MaxBegin,    \* rules appended; rules that the log's retention may drop
          Matching,
          MaxLosses

CONSTANTS \* the safeguards
    GuardL2Read,               \* a worker refuses from L2 what a rule that it remembers kills
    VerifyL2Read,              \* ... and what neither its memory nor the watermark, read with the entry, vouches for
    FreshGatesL2,              \* L2 answers only from a fresh worker
    TokenGatesL2,              \* with a token, L2 answers only where the position has reached it
    MarkAfterDelete,           \* a rule is marked applied after its deletes
    MarkOnlyUnbroken,          \* ... and only if Redis has lost nothing since its application began
    RefuseBelowFloor,          \* a store with a fence below the kept rules is refused
    WatermarkInStore,          \* the first store sets the watermark in its own script
    FloorWithWatermark,        \* ... and the floor with it
    AdvanceInOneStep,          \* marks are looked at and the watermark raised in one script
    AdvanceKnowsAll,           \* only a worker that remembers every rule from the watermark on raises it
    CheckReadMarks,            \* the marks of rules that were read from the log again are looked at there too
    FirstOnlyIfNone,           \* who found no watermark sets one only if there still is none
    FloorBeforeDrop,           \* what the log can no longer tell: first its fences are refused,
    DropForgotten,             \* then the entries that it might concern are dropped, then the watermark is set
    ReadLogAgain               \* a worker that remembers too little to raise the watermark reads the log again

None == -1

VARIABLES
    end, begin,   \* of the log
    redis,        \* [entries: fences, rule: newest matching rule written, floor, marks, watermark]
    saved,        \* the earlier state of it that a loss brings back
    losses,
    acked,        \* rules acknowledged
    applier,      \* applier -> [at, n, unbroken: Redis has lost nothing since it began]
    position,     \* worker -> rules seen
    memory,       \* worker -> it remembers the rules from here to its position
    noted,        \* worker -> what it looked at before, where a safeguard is off
    fresh,        \* workers that are fresh
    due           \* rules acknowledged longer ago than the bound
logVars == <<end, begin>>
redisVars == <<redis, saved, losses>>
workerVars == <<position, memory, noted>>
timeVars == <<fresh, due>>
vars == <<logVars, redisVars, acked, applier, workerVars, timeVars>>

Max(a, b) == IF a > b THEN a ELSE b
Rules == 0..(end - 1)
Nothing == [at |-> "nothing", n |-> 0]
Idle == [at |-> "idle", n |-> 0, unbroken |-> TRUE]
EmptyRedis == [entries |-> {}, rule |-> None, floor |-> 0, marks |-> {}, watermark |-> None]

Init == /\ end = 0 /\ begin = 0 /\ redis = EmptyRedis /\ saved = EmptyRedis /\ losses = 0 /\ acked = {}
        /\ applier = [a \in Appliers |-> Idle]
        /\ position = [w \in Workers |-> 0] /\ memory = [w \in Workers |-> 0] /\ noted = [w \in Workers |-> Nothing]
        /\ fresh = {} /\ due = {}

-----------------------------------------------------------------------------
\* The log: rules are appended, and its retention drops the oldest.
AppendRule == /\ end < MaxLog /\ end' = end + 1
              /\ UNCHANGED <<begin, redisVars, acked, applier, workerVars, timeVars>>
Retention == /\ begin < end /\ begin < MaxBegin /\ begin' = begin + 1
             /\ UNCHANGED <<end, redisVars, acked, applier, workerVars, timeVars>>

-----------------------------------------------------------------------------
\* A rule is applied: by the worker that was asked to, or by any that finds its mark missing. Whoever applies may die.
\* (A repaired rule counts as acknowledged too: that promises more than is needed.)
WithMark(r, n) == [r EXCEPT !.marks = {m \in @ \cup {n} : m >= r.watermark}]
Raised(r, to) == [r EXCEPT !.watermark = Max(@, to), !.marks = {m \in @ : m >= Max(r.watermark, to)}]

WriteRule(a, n) == /\ applier[a].at = "idle" /\ n >= begin /\ n \notin redis.marks
                   /\ redis' = IF n \in Matching THEN [redis EXCEPT !.rule = Max(@, n)] ELSE redis
                   /\ applier' = [applier EXCEPT ![a] = [at |-> "ruled", n |-> n, unbroken |-> TRUE]]
                   /\ UNCHANGED <<logVars, saved, losses, acked, workerVars, timeVars>>
Survivors(n) == IF n \in Matching THEN {f \in redis.entries : f > n} ELSE redis.entries
Delete(a) == /\ applier[a].at = "ruled"
             /\ redis' = [redis EXCEPT !.entries = Survivors(applier[a].n)]
             /\ applier' = [applier EXCEPT ![a].at = "deleted"]
             /\ UNCHANGED <<logVars, saved, losses, acked, workerVars, timeVars>>
Mark(a) == /\ applier[a].at = (IF MarkAfterDelete THEN "deleted" ELSE "ruled")
           /\ LET sure == ~MarkOnlyUnbroken \/ applier[a].unbroken
                  n == applier[a].n
              IN /\ redis' = IF sure THEN WithMark(redis, n) ELSE redis
                 /\ acked' = IF sure THEN acked \cup {n} ELSE acked
           /\ applier' = [applier EXCEPT ![a] = Idle]
           /\ UNCHANGED <<logVars, saved, losses, workerVars, timeVars>>
Die(a) == /\ applier[a].at # "idle"
          /\ applier' = [applier EXCEPT ![a] = Idle]
          /\ UNCHANGED <<logVars, redisVars, acked, workerVars, timeVars>>

\* Redis is older than what the log still tells: refuse the fences, drop the entries, set the watermark.
Refuse(a) == /\ applier[a].at = "idle" /\ redis.watermark # None /\ redis.watermark < begin
             /\ redis' = IF FloorBeforeDrop THEN [redis EXCEPT !.floor = Max(@, begin)] ELSE redis
             /\ applier' = [applier EXCEPT ![a] = [at |-> "refusing", n |-> begin, unbroken |-> TRUE]]
             /\ UNCHANGED <<logVars, saved, losses, acked, workerVars, timeVars>>
Drop(a) == /\ applier[a].at = "refusing"
           /\ redis' = IF DropForgotten THEN [redis EXCEPT !.entries = {f \in @ : f >= applier[a].n}] ELSE redis
           /\ applier' = [applier EXCEPT ![a].at = "dropped"]
           /\ UNCHANGED <<logVars, saved, losses, acked, workerVars, timeVars>>
Settle(a) == /\ applier[a].at = "dropped"
             /\ redis' = IF MarkOnlyUnbroken /\ ~applier[a].unbroken THEN redis ELSE Raised(redis, applier[a].n)
             /\ applier' = [applier EXCEPT ![a] = Idle]
             /\ UNCHANGED <<logVars, saved, losses, acked, workerVars, timeVars>>

-----------------------------------------------------------------------------
\* The janitor of a worker raises the watermark to its position when all rules below are marked. It knows which rules
\* there are from its memory, and from reading the log again where the watermark is older than that.
Reads(w) == ReadLogAgain /\ begin <= redis.watermark
AllMarked(from, w) == \A n \in from..(position[w] - 1) : n \in redis.marks
MayAdvance(w) == /\ redis.watermark # None /\ redis.watermark < position[w]
                 /\ AdvanceKnowsAll => (redis.watermark >= memory[w] \/ Reads(w))
                 /\ AllMarked(IF AdvanceKnowsAll THEN redis.watermark ELSE Max(redis.watermark, memory[w]), w)
Advance(w) == /\ AdvanceInOneStep /\ MayAdvance(w)
              /\ redis' = Raised(redis, position[w])
              /\ UNCHANGED <<logVars, saved, losses, acked, applier, workerVars, timeVars>>
\* A Redis that has no watermark yet has no entries. What this worker does not remember is refused from now on.
First(r, w) == [Raised(r, position[w]) EXCEPT !.floor = Max(@, memory[w])]
AdvanceFirst(w) == /\ FirstOnlyIfNone /\ redis.watermark = None /\ AllMarked(memory[w], w)
                   /\ redis' = First(redis, w)
                   /\ UNCHANGED <<logVars, saved, losses, acked, applier, workerVars, timeVars>>
\* Without the safeguards: looked at in one step, raised in another.
Note(w, at, n) == /\ noted[w] = Nothing /\ noted' = [noted EXCEPT ![w] = [at |-> at, n |-> n]]
                  /\ UNCHANGED <<logVars, redisVars, acked, applier, position, memory, timeVars>>
Look(w) == \/ ~AdvanceInOneStep /\ MayAdvance(w) /\ Note(w, "marked", position[w])
           \/ ~CheckReadMarks /\ redis.watermark # None /\ redis.watermark < memory[w] /\ Reads(w)
              /\ (\A n \in redis.watermark..(memory[w] - 1) : n \in redis.marks) /\ Note(w, "read", redis.watermark)
           \/ ~FirstOnlyIfNone /\ redis.watermark = None /\ Note(w, "none", 0)
AdvanceLate(w) == /\ CASE noted[w].at = "marked" -> redis' = Raised(redis, noted[w].n)
                       [] noted[w].at = "read"   -> /\ redis.watermark >= noted[w].n
                                                    /\ AllMarked(Max(redis.watermark, memory[w]), w)
                                                    /\ redis' = Raised(redis, position[w])
                       [] noted[w].at = "none"   -> AllMarked(memory[w], w) /\ redis' = First(redis, w)
                       [] OTHER                  -> FALSE
                  /\ noted' = [noted EXCEPT ![w] = Nothing]
                  /\ UNCHANGED <<logVars, saved, losses, acked, applier, position, memory, timeVars>>
\* The floor rises when old rules are trimmed from Redis.
Trim(f) == /\ redis.floor < f /\ f <= end
           /\ redis' = [redis EXCEPT !.floor = f, !.rule = IF @ < f THEN None ELSE @]
           /\ UNCHANGED <<logVars, saved, losses, acked, applier, workerVars, timeVars>>

-----------------------------------------------------------------------------
\* A store may come with any fence that was ever given.
Store(f) == /\ f <= end /\ f \notin redis.entries
            /\ ~(RefuseBelowFloor /\ f < redis.floor) /\ redis.rule < f
            /\ LET first == redis.watermark = None /\ WatermarkInStore
               IN redis' = [redis EXCEPT !.entries = @ \cup {f},
                                         !.watermark = IF first THEN f ELSE @,
                                         !.floor = IF first /\ FloorWithWatermark THEN Max(@, f) ELSE @]
            /\ UNCHANGED <<logVars, saved, losses, acked, applier, workerVars, timeVars>>
\* ... without the safeguard WatermarkInStore, some other time.
FirstWatermark(f) == /\ ~WatermarkInStore /\ redis.watermark = None /\ redis.entries # {} /\ f <= end
                     /\ redis' = [redis EXCEPT !.watermark = f, !.floor = Max(@, f)]
                     /\ UNCHANGED <<logVars, saved, losses, acked, applier, workerVars, timeVars>>

-----------------------------------------------------------------------------
\* Workers. One that starts, or whose position the log no longer holds, begins to remember somewhere in the log.
Follow(w) == /\ position[w] \in begin..(end - 1)
             /\ position' = [position EXCEPT ![w] = @ + 1]
             /\ UNCHANGED <<logVars, redisVars, acked, applier, memory, noted, timeVars>>
Forget(w) == /\ memory[w] < position[w]
             /\ memory' = [memory EXCEPT ![w] = @ + 1]
             /\ UNCHANGED <<logVars, redisVars, acked, applier, position, noted, timeVars>>
Restart(w, p) == /\ p \in begin..end /\ (p # position[w] \/ p # memory[w])
                 /\ position' = [position EXCEPT ![w] = p] /\ memory' = [memory EXCEPT ![w] = p]
                 /\ noted' = [noted EXCEPT ![w] = Nothing] /\ fresh' = fresh \ {w}
                 /\ UNCHANGED <<logVars, redisVars, acked, applier, due>>
\* Asking for the end and reaching it in one step (Coherence has them apart).
BecomeFresh(w) == /\ w \notin fresh /\ position[w] = end
                  /\ fresh' = fresh \cup {w}
                  /\ UNCHANGED <<logVars, redisVars, acked, applier, workerVars, due>>
Lapse(w) == /\ w \in fresh /\ fresh' = fresh \ {w}
            /\ UNCHANGED <<logVars, redisVars, acked, applier, workerVars, due>>
Age == /\ due # acked /\ \A w \in fresh, n \in acked : position[w] > n
       /\ due' = acked
       /\ UNCHANGED <<logVars, redisVars, acked, applier, workerVars, fresh>>

-----------------------------------------------------------------------------
\* The loss. Saving it more than once before the last loss would tell nothing new.
Save == /\ losses < MaxLosses /\ saved # redis
        /\ saved' = redis
        /\ UNCHANGED <<logVars, redis, losses, acked, applier, workerVars, timeVars>>
Lose == /\ losses < MaxLosses /\ redis # saved
        /\ redis' = saved /\ losses' = losses + 1
        /\ applier' = [a \in Appliers |-> IF applier[a].at = "idle" THEN Idle ELSE [applier[a] EXCEPT !.unbroken = FALSE]]
        /\ UNCHANGED <<logVars, saved, acked, workerVars, timeVars>>

Next == \/ AppendRule \/ Retention \/ Age \/ Save \/ Lose
        \/ \E a \in Appliers : \/ Delete(a) \/ Mark(a) \/ Die(a) \/ Refuse(a) \/ Drop(a) \/ Settle(a)
                               \/ \E n \in Rules : WriteRule(a, n)
        \/ \E w \in Workers : \/ Follow(w) \/ Forget(w) \/ BecomeFresh(w) \/ Lapse(w)
                              \/ Advance(w) \/ AdvanceFirst(w) \/ Look(w) \/ AdvanceLate(w)
                              \/ \E p \in 0..MaxLog : Restart(w, p)
        \/ \E f \in 0..MaxLog : Store(f) \/ Trim(f) \/ FirstWatermark(f)
Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* What is promised.

Applied(n) == n < redis.watermark \/ n \in redis.marks
\* What Redis says of itself is true: a rule that it calls applied has left no entry that it kills, and lets none in.
RepairComplete == \A n \in Rules \cap Matching : Applied(n) =>
                    /\ \A f \in redis.entries : f > n
                    /\ redis.rule >= n \/ redis.floor > n

KnownKill(w, f) == \E n \in Matching : memory[w] <= n /\ n < position[w] /\ n >= f
Verified(w, f) == f >= memory[w] \/ redis.watermark >= memory[w]
Serves(w, f) == /\ f \in redis.entries
                /\ GuardL2Read => ~KnownKill(w, f)
                /\ VerifyL2Read => Verified(w, f)
\* What L2 answers reflects every rule acknowledged longer ago than the bound, whatever Redis has lost.
L2WhileLost == \A w \in Workers, f \in redis.entries, n \in due \cap Matching :
                (Serves(w, f) /\ (FreshGatesL2 => w \in fresh)) => f > n
\* With a token it reflects what the token stands for, fresh or not.
L2WithToken == \A w \in Workers, f \in redis.entries, n \in acked \cap Matching :
                (Serves(w, f) /\ (TokenGatesL2 => position[w] > n)) => f > n

\* Once nobody dies any more, every rule is applied again and every entry can be verified, for good.
Repaired == /\ redis.watermark = None \/ \A n \in Rules : Applied(n)
            /\ redis.watermark = None \/ \A w \in Workers : redis.watermark >= memory[w]
SomebodyDies == (\E a \in Appliers : Die(a)) \/ (\E w \in Workers, p \in 0..MaxLog : Restart(w, p))
RepairEnds == <>[][~SomebodyDies]_vars => <>[]Repaired
Fairness == /\ \A a \in Appliers : /\ WF_vars(Delete(a)) /\ WF_vars(Mark(a)) /\ WF_vars(Drop(a)) /\ WF_vars(Settle(a))
                                   /\ SF_vars(Refuse(a))
                                   /\ \A n \in 0..(MaxLog - 1) : SF_vars(WriteRule(a, n) /\ n >= redis.watermark)
            /\ \A w \in Workers : SF_vars(Follow(w)) /\ SF_vars(Advance(w)) /\ SF_vars(AdvanceFirst(w))
FairSpec == Spec /\ Fairness

-----------------------------------------------------------------------------
\* Worlds to check in.
Alike == Permutations(Workers) \cup Permutations(Appliers)
BothMatch == {0, 1}
FirstMatches == {0}
=============================================================================
