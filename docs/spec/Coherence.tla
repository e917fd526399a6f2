------------------------------ MODULE Coherence ------------------------------
(* The core: changes of the source data become rules of one log; Redis and the L1 of every worker are views of it.

   A change c of the data is announced by the rule RuleOf[c]. An answer's value is the number of changes that had
   been made when it was computed, so it reflects change c iff value >= c. It depends on c iff the rule of c
   matches it. The promises at the end compare values; the protocol itself sees only fences and rule numbers.

   Redis keeps all it has here (see Loss), a worker remembers every rule (see Memory), there is one log
   (see NewLog), and every store carries a fence (see Fenceless). *)
EXTENDS Rules, Sequences, FiniteSets, TLC

CONSTANTS Workers, Callers, Ids,
          RuleOf,        \* a sequence: the rule that announces change 1, 2, ...
          TagChoices,    \* the sets of tags that a store may give its entry
          MaxLog         \* rules appended at most; more than there are changes leaves room for redelivery

CONSTANTS \* the safeguards; each is needed
    FenceFromMiss,       \* the fence is the position at the miss, not at the store
    CheckFenceAtStore,   \* the store's script refuses what a rule in Redis kills
    KeepNewestRule,      \* a tag's rule in Redis only ever grows
    KeepAllOfRules,      \* all-of rules are kept in Redis as well
    RuleBeforeDelete,    \* the rule is in Redis before the first search for what it kills
    RecheckAtDelete,     \* the script that deletes an entry checks that it is still one that the rule kills
    AckAfterDelete,      \* acknowledged once the last search found nothing
    EvictOnFollow,       \* following a rule evicts what it kills from L1
    CheckAtAdmission,    \* what enters L1 passes the same predicate
    RequireFresh,        \* L1 answers only while the worker is fresh
    AgeFromAsking        \* freshness counts from when the log's end was asked for, not from when it was reached

Changes == DOMAIN RuleOf
None == [none |-> TRUE]
NoRule == -1
AllTags == UNION TagChoices

VARIABLES
    made,      \* how many changes have been made to the source data
    log,       \* the sequence of changes announced: rule n announces log[n + 1]
    redis,     \* [entry: id -> None or entry, tag: tag -> n, all: {<<tags, n>>}, id: id -> n, everything: n]
    change,    \* change -> [at, n: its rule's number, found: ids that its last search found]
    position,  \* worker -> rules followed
    l1,        \* worker -> id -> None or entry
    entering,  \* worker -> None or the entry on its way into L1, read from L2 or just stored
    probe,     \* worker -> [on, end, acked: what was acknowledged when it asked]
    fresh,     \* worker -> [on, acked: what its L1 is known to reflect]
    due,       \* the changes acknowledged longer ago than the bound
    caller,    \* caller -> [at, fence, value]
    kept       \* id -> None or the entry that was last acknowledged as stored

logVars == <<made, log>>
workerVars == <<position, l1, entering>>
timeVars == <<probe, fresh, due>>
vars == <<logVars, redis, change, workerVars, timeVars, caller, kept>>

RuleAt(n) == RuleOf[log[n + 1]]
Acked == {c \in Changes : change[c].at = "acked"}
KnownKill(w, e) == \E n \in 0..(position[w] - 1) : Kills(n, RuleAt(n), e)
KilledInRedis(e) == \/ \E t \in e.tags : redis.tag[t] >= e.fence
                    \/ \E r \in redis.all : r[1] \subseteq e.tags /\ r[2] >= e.fence
                    \/ redis.id[e.id] >= e.fence
                    \/ redis.everything >= e.fence
Max(a, b) == IF a > b THEN a ELSE b

Init == /\ made = 0 /\ log = <<>> /\ due = {}
        /\ redis = [entry |-> [i \in Ids |-> None], tag |-> [t \in AllTags |-> NoRule], all |-> {},
                    id |-> [i \in Ids |-> NoRule], everything |-> NoRule]
        /\ change = [c \in Changes |-> [at |-> "none", n |-> NoRule, found |-> {}]]
        /\ position = [w \in Workers |-> 0]
        /\ l1 = [w \in Workers |-> [i \in Ids |-> None]]
        /\ entering = [w \in Workers |-> None]
        /\ probe = [w \in Workers |-> [on |-> FALSE, end |-> 0, acked |-> {}]]
        /\ fresh = [w \in Workers |-> [on |-> FALSE, acked |-> {}]]
        /\ caller = [c \in Callers |-> [at |-> "idle", fence |-> 0, value |-> 0]]
        /\ kept = [i \in Ids |-> None]

-----------------------------------------------------------------------------
\* A change of the source data, and the way of its rule to the acknowledgement.

Change == /\ made < Len(RuleOf)
          /\ made' = made + 1
          /\ change' = [change EXCEPT ![made + 1].at = "made"]
          /\ UNCHANGED <<log, redis, workerVars, timeVars, caller, kept>>

AppendRule(c) == /\ change[c].at = "made" /\ Len(log) < MaxLog
                 /\ log' = Append(log, c)
                 /\ change' = [change EXCEPT ![c].at = "appended", ![c].n = Len(log)]
                 /\ UNCHANGED <<made, redis, workerVars, timeVars, caller, kept>>

Newer(old, n) == IF KeepNewestRule THEN Max(old, n) ELSE n
WithRule(rule, n) ==
    CASE rule.kind = "any" -> [redis EXCEPT !.tag = [t \in AllTags |-> IF t \in rule.of THEN Newer(@[t], n) ELSE @[t]]]
      [] rule.kind = "all" -> [redis EXCEPT !.all = IF KeepAllOfRules THEN @ \cup {<<rule.of, n>>} ELSE @]
      [] rule.kind = "ids" -> [redis EXCEPT !.id = [i \in Ids |-> IF i \in rule.of THEN Newer(@[i], n) ELSE @[i]]]
      [] OTHER             -> [redis EXCEPT !.everything = Newer(@, n)]

WriteRule(c) == /\ change[c].at = (IF RuleBeforeDelete THEN "appended" ELSE "deleted")
                /\ redis' = WithRule(RuleOf[c], change[c].n)
                /\ change' = [change EXCEPT ![c].at = "ruled"]
                /\ UNCHANGED <<logVars, workerVars, timeVars, caller, kept>>

\* One round: search, then delete what was found, one script an entry; again until nothing is found.
Search(c) == /\ change[c].at = (IF RuleBeforeDelete THEN "ruled" ELSE "appended") /\ change[c].found = {}
             /\ LET found == {i \in Ids : redis.entry[i] # None /\ Kills(change[c].n, RuleOf[c], redis.entry[i])}
                IN change' = IF found = {} THEN [change EXCEPT ![c].at = "deleted"]
                                           ELSE [change EXCEPT ![c].found = found]
             /\ UNCHANGED <<logVars, redis, workerVars, timeVars, caller, kept>>
Delete(c, i) == /\ i \in change[c].found
                /\ LET e == redis.entry[i]
                       gone == e # None /\ (RecheckAtDelete => Kills(change[c].n, RuleOf[c], e))
                   IN redis' = IF gone THEN [redis EXCEPT !.entry[i] = None] ELSE redis
                /\ change' = [change EXCEPT ![c].found = @ \ {i}]
                /\ UNCHANGED <<logVars, workerVars, timeVars, caller, kept>>

LastStep == IF ~AckAfterDelete THEN "ruled" ELSE IF RuleBeforeDelete THEN "deleted" ELSE "ruled"
Acknowledge(c) == /\ change[c].at = LastStep /\ change[c].found = {}
                  /\ change' = [change EXCEPT ![c].at = "acked"]
                  /\ UNCHANGED <<logVars, redis, workerVars, timeVars, caller, kept>>

\* The worker that handles the request dies: it is delivered again and becomes a later rule.
Redeliver(c) == /\ change[c].at \in {"appended", "ruled", "deleted"} /\ Len(log) < MaxLog
                /\ change' = [change EXCEPT ![c] = [at |-> "made", n |-> NoRule, found |-> {}]]
                /\ UNCHANGED <<logVars, redis, workerVars, timeVars, caller, kept>>

-----------------------------------------------------------------------------
\* Workers follow the log and ask for its end. `due` is time passing: it may not pass a worker's own clock, which
\* ends a freshness that does not cover what has become due.

Follow(w) == /\ position[w] < Len(log)
             /\ LET n == position[w]
                    killed(e) == e # None /\ Kills(n, RuleAt(n), e)
                IN l1' = [l1 EXCEPT ![w] = [i \in Ids |-> IF EvictOnFollow /\ killed(@[i]) THEN None ELSE @[i]]]
             /\ position' = [position EXCEPT ![w] = @ + 1]
             /\ UNCHANGED <<logVars, redis, change, entering, timeVars, caller, kept>>
Ask(w) == /\ ~probe[w].on
          /\ probe' = [probe EXCEPT ![w] = [on |-> TRUE, end |-> Len(log), acked |-> Acked]]
          /\ UNCHANGED <<logVars, redis, change, workerVars, fresh, due, caller, kept>>
Reach(w) == /\ probe[w].on /\ position[w] >= probe[w].end
            /\ LET covered == IF AgeFromAsking THEN probe[w].acked ELSE Acked
               IN fresh' = [fresh EXCEPT ![w] = [on |-> due \subseteq covered, acked |-> covered]]
            /\ probe' = [probe EXCEPT ![w] = [on |-> FALSE, end |-> 0, acked |-> {}]]
            /\ UNCHANGED <<logVars, redis, change, workerVars, due, caller, kept>>
Lapse(w) == /\ fresh[w].on
            /\ fresh' = [fresh EXCEPT ![w] = [on |-> FALSE, acked |-> {}]]
            /\ UNCHANGED <<logVars, redis, change, workerVars, probe, due, caller, kept>>
Age == /\ due # Acked
       /\ \A w \in Workers : fresh[w].on => Acked \subseteq fresh[w].acked
       /\ due' = Acked
       /\ UNCHANGED <<logVars, redis, change, workerVars, probe, fresh, caller, kept>>

-----------------------------------------------------------------------------
\* The way into L1, always in two steps: the read (or the store), and the admission.

Load(w, i) == /\ entering[w] = None /\ redis.entry[i] # None
              /\ entering' = [entering EXCEPT ![w] = redis.entry[i]]
              /\ UNCHANGED <<logVars, redis, change, position, l1, timeVars, caller, kept>>
Admit(w) == /\ entering[w] # None
            /\ LET e == entering[w]
               IN l1' = IF CheckAtAdmission /\ KnownKill(w, e) THEN l1 ELSE [l1 EXCEPT ![w][e.id] = e]
            /\ entering' = [entering EXCEPT ![w] = None]
            /\ UNCHANGED <<logVars, redis, change, position, timeVars, caller, kept>>

-----------------------------------------------------------------------------
\* A caller misses, computes from the data as it is then, and stores; at another worker, perhaps much later.

Miss(c, w) == /\ caller[c].at = "idle"
              /\ caller' = [caller EXCEPT ![c] = [at |-> "missed", fence |-> position[w], value |-> 0]]
              /\ UNCHANGED <<logVars, redis, change, workerVars, timeVars, kept>>
Compute(c) == /\ caller[c].at = "missed"
              /\ caller' = [caller EXCEPT ![c].at = "computed", ![c].value = made]
              /\ UNCHANGED <<logVars, redis, change, workerVars, timeVars, kept>>
Store(c, w, i, tags) ==
    /\ caller[c].at = "computed" /\ entering[w] = None
    /\ LET e == [id |-> i, tags |-> tags, value |-> caller[c].value,
                 fence |-> IF FenceFromMiss THEN caller[c].fence ELSE position[w]]
           refused == CheckFenceAtStore /\ KilledInRedis(e)
       IN IF refused THEN UNCHANGED <<redis, kept, entering>>
          ELSE /\ redis' = [redis EXCEPT !.entry[i] = e]
               /\ kept' = [kept EXCEPT ![i] = e]
               /\ entering' = [entering EXCEPT ![w] = e]
    /\ caller' = [caller EXCEPT ![c] = [at |-> "idle", fence |-> 0, value |-> 0]]
    /\ UNCHANGED <<logVars, change, position, l1, timeVars>>

Next == \/ Change \/ Age
        \/ \E c \in Changes : \/ AppendRule(c) \/ WriteRule(c) \/ Search(c) \/ Acknowledge(c) \/ Redeliver(c)
                              \/ \E i \in Ids : Delete(c, i)
        \/ \E w \in Workers : \/ Follow(w) \/ Ask(w) \/ Reach(w) \/ Lapse(w) \/ Admit(w)
                              \/ \E i \in Ids : Load(w, i)
        \/ \E c \in Callers : \/ Compute(c)
                              \/ \E w \in Workers : \/ Miss(c, w)
                                                    \/ \E i \in Ids, tags \in TagChoices : Store(c, w, i, tags)
Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* What is promised.

Reflects(e, c) == Matches(RuleOf[c], e) => e.value >= c

\* What stands in Redis reflects every acknowledged change.
L2Current == \A i \in Ids, c \in Acked : redis.entry[i] # None => Reflects(redis.entry[i], c)
\* What L1 answers reflects every change that was acknowledged longer ago than the bound.
L1Bounded == \A w \in Workers, i \in Ids, c \in due :
                (l1[w][i] # None /\ (RequireFresh => fresh[w].on)) => Reflects(l1[w][i], c)
\* With a token L1 answers only where the position has reached it, and then reflects what the token stands for,
\* fresh or not.
L1WithToken == \A w \in Workers, i \in Ids, c \in Acked :
                (l1[w][i] # None /\ position[w] > change[c].n) => Reflects(l1[w][i], c)
\* An acknowledged store is there until a rule kills it or another store takes its place.
StoresKept == \A i \in Ids : \/ kept[i] = None \/ redis.entry[i] = kept[i]
                             \/ \E n \in 0..(Len(log) - 1) : Kills(n, RuleAt(n), kept[i])

-----------------------------------------------------------------------------
\* Worlds to check in.
OneTag     == {{"a"}}
OneOrTwo   == {{"a"}, {"a", "b"}}
TwoAny     == <<AnyOf({"a"}), AnyOf({"a"})>>
OneAny     == <<AnyOf({"a"})>>
AnyThenAll == <<AnyOf({"b"}), AllOf({"a", "b"})>>
OneAll     == <<AllOf({"a", "b"})>>
IdThenAll  == <<OnlyIds({1}), Everything>>

Alike == Permutations(Workers) \cup Permutations(Callers)
=============================================================================
