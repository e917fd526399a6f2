------------------------------ MODULE Replaced ------------------------------
(* An answer is replaced: a store writes other content over an entry that stands. Nothing is wrong with the older
   answer, so no rule kills it, but the other L1s must drop it before the store is acknowledged.

   One entry id. Store requests are numbered in the order in which their topic took them; request s carries version s,
   other than every other's. A record of the log says which version now stands. `stamp` counts the writes that changed
   the content; the versions are older or newer by the stamp of their last write. *)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS Workers, Stores, MaxLog,
          MaxDeaths,             \* deliveries repeated
          MaxGone,               \* times that the entry expires or is evicted
          MaxLosses

CONSTANTS \* the safeguards
    AnnounceBeforeAck,
    RememberUnannounced,         \* beside an entry that replaced another stands that this is to be announced, until it
                                 \* is, so that a repeated store, which finds its own content, announces it as well
    ClearOnlyOwn,                \* the note is cleared only if it is about the version that was announced
    KeepLater,                   \* a request that is delivered again does not undo a later one
    EvictOnReplaced,             \* following a record evicts another version from L1
    CheckLoaded,                 \* no admission of what was read from L2, if a record since the read began names another
    CheckOwn                     \* the same for what this worker has just stored

None == 0

VARIABLES
    redis,       \* [version, stamp: of the write that it stems from, unannounced: None or a version]
    saved, losses,
    stamp, last, \* content-changing writes so far; version -> stamp of its last one
    overwrites,  \* the stamps of those that wrote over an entry, or where one had stood that was not yet announced
    stands,      \* the latest request that was acknowledged and must stand
    log,         \* the versions announced
    store,       \* request -> [at, worker, from: its position before the write, announce, stamp, own: not yet in its L1,
                 \*             counts: what it wrote has not gone since]
    deaths, gone,
    position, l1,
    loading,     \* worker -> [at, from: the position when the read began, version]
    fresh,       \* worker -> [on, covers: newest acknowledged stamp when it asked]
    acked, due   \* newest acknowledged stamp that wrote over an entry; ... acknowledged longer ago than the bound
redisVars == <<redis, saved, losses, stamp, last, overwrites, stands>>
storeVars == <<store, deaths, gone>>
workerVars == <<position, l1, loading>>
timeVars == <<fresh, due>>
vars == <<redisVars, log, storeVars, workerVars, timeVars, acked>>

Max(a, b) == IF a > b THEN a ELSE b
Min(a, b) == IF a < b THEN a ELSE b
Waiting == [at |-> "waiting", worker |-> None, from |-> 0, announce |-> FALSE, stamp |-> 0, own |-> FALSE,
            counts |-> FALSE]
NoLoad == [at |-> "no", from |-> 0, version |-> None]
NoEntry == [version |-> None, unannounced |-> None, stamp |-> 0]

Init == /\ redis = NoEntry /\ saved = NoEntry /\ losses = 0
        /\ stamp = 0 /\ overwrites = {} /\ stands = None /\ last = [v \in Stores |-> 0] /\ log = <<>>
        /\ store = [s \in Stores |-> Waiting] /\ deaths = 0 /\ gone = 0
        /\ position = [w \in Workers |-> 0] /\ l1 = [w \in Workers |-> None] /\ loading = [w \in Workers |-> NoLoad]
        /\ fresh = [w \in Workers |-> [on |-> FALSE, covers |-> 0]] /\ acked = 0 /\ due = 0

\* Whether a record in from..position of this worker names another version.
NamedOther(w, from, version) == \E n \in from..(position[w] - 1) : log[n + 1] # version

-----------------------------------------------------------------------------
\* A store: the position is noted, the script writes, the record is appended, the note cleared, the store acknowledged.
Begin(s, w) == /\ store[s].at = "waiting"
               /\ store' = [store EXCEPT ![s] = [Waiting EXCEPT !.at = "begun", !.worker = w, !.from = position[w]]]
               /\ UNCHANGED <<redisVars, log, deaths, gone, workerVars, timeVars, acked>>
Write(s) == /\ store[s].at = "begun"
            /\ LET other == redis.version # s
                   over == (redis.version # None /\ other) \/ redis.unannounced # None
                   now == IF other THEN stamp + 1 ELSE redis.stamp
               IN IF KeepLater /\ redis.version > s
                  THEN /\ store' = [store EXCEPT ![s].at = "written"]
                       /\ UNCHANGED <<redis, stamp, last, overwrites>>
                  ELSE /\ redis' = [version |-> s, stamp |-> now,
                                    unannounced |-> IF over /\ RememberUnannounced THEN s ELSE None]
                       /\ stamp' = Max(stamp, now) /\ last' = [last EXCEPT ![s] = Max(@, now)]
                       /\ overwrites' = IF over THEN overwrites \cup {now} ELSE overwrites
                       /\ store' = [store EXCEPT ![s] = [@ EXCEPT !.at = "written", !.announce = over, !.stamp = now,
                                                                         !.own = TRUE, !.counts = TRUE]]
            /\ UNCHANGED <<saved, losses, stands, log, deaths, gone, workerVars, timeVars, acked>>
Announce(s) == /\ store[s].at = (IF AnnounceBeforeAck THEN "written" ELSE "acked")
               /\ store[s].announce /\ Len(log) < MaxLog
               /\ log' = Append(log, s)
               /\ store' = [store EXCEPT ![s].at = "announced"]
               /\ UNCHANGED <<redisVars, deaths, gone, workerVars, timeVars, acked>>
Clear(s) == /\ store[s].at = "announced"
            /\ redis' = IF ClearOnlyOwn => redis.unannounced = s THEN [redis EXCEPT !.unannounced = None] ELSE redis
            /\ store' = [store EXCEPT ![s].at = "cleared"]
            /\ UNCHANGED <<saved, losses, stamp, last, overwrites, stands, log, deaths, gone, workerVars, timeVars, acked>>
Acknowledge(s) == /\ store[s].at = (IF store[s].announce /\ AnnounceBeforeAck THEN "cleared" ELSE "written")
                  /\ store' = [store EXCEPT ![s].at = "acked"]
                  /\ acked' = IF store[s].stamp \in overwrites THEN Max(acked, store[s].stamp) ELSE acked
                  /\ stands' = IF store[s].counts THEN Max(stands, s) ELSE stands
                  /\ UNCHANGED <<redis, saved, losses, stamp, last, overwrites, log, deaths, gone, workerVars, timeVars>>
\* Its worker dies before the request is committed (even after the acknowledgement): it is delivered again.
Die(s) == /\ deaths < MaxDeaths /\ store[s].at # "waiting"
          /\ store' = [store EXCEPT ![s] = Waiting] /\ deaths' = deaths + 1
          /\ UNCHANGED <<redisVars, log, gone, workerVars, timeVars, acked>>
AdmitOwn(s) == /\ store[s].own
               /\ LET w == store[s].worker
                  IN l1' = IF CheckOwn /\ NamedOther(w, store[s].from, s) THEN l1 ELSE [l1 EXCEPT ![w] = s]
               /\ store' = [store EXCEPT ![s].own = FALSE]
               /\ UNCHANGED <<redisVars, log, deaths, gone, position, loading, timeVars, acked>>

-----------------------------------------------------------------------------
Follow(w) == /\ position[w] < Len(log)
             /\ l1' = [l1 EXCEPT ![w] = IF EvictOnReplaced /\ @ # log[position[w] + 1] THEN None ELSE @]
             /\ position' = [position EXCEPT ![w] = @ + 1]
             /\ UNCHANGED <<redisVars, log, storeVars, loading, timeVars, acked>>
StartLoad(w) == /\ loading[w].at = "no"
                /\ loading' = [loading EXCEPT ![w] = [at |-> "begun", from |-> position[w], version |-> None]]
                /\ UNCHANGED <<redisVars, log, storeVars, position, l1, timeVars, acked>>
Load(w) == /\ loading[w].at = "begun" /\ redis.version # None
           /\ loading' = [loading EXCEPT ![w].at = "read", ![w].version = redis.version]
           /\ UNCHANGED <<redisVars, log, storeVars, position, l1, timeVars, acked>>
Admit(w) == /\ loading[w].at = "read"
            /\ LET v == loading[w].version
               IN l1' = IF CheckLoaded /\ NamedOther(w, loading[w].from, v) THEN l1 ELSE [l1 EXCEPT ![w] = v]
            /\ loading' = [loading EXCEPT ![w] = NoLoad]
            /\ UNCHANGED <<redisVars, log, storeVars, position, timeVars, acked>>

BecomeFresh(w) == /\ ~fresh[w].on /\ position[w] = Len(log)
                  /\ fresh' = [fresh EXCEPT ![w] = [on |-> TRUE, covers |-> acked]]
                  /\ UNCHANGED <<redisVars, log, storeVars, workerVars, due, acked>>
Lapse(w) == /\ fresh[w].on /\ fresh' = [fresh EXCEPT ![w] = [on |-> FALSE, covers |-> 0]]
            /\ UNCHANGED <<redisVars, log, storeVars, workerVars, due, acked>>
Age == /\ due < acked /\ \A w \in Workers : fresh[w].on => fresh[w].covers >= acked
       /\ due' = acked
       /\ UNCHANGED <<redisVars, log, storeVars, workerVars, fresh, acked>>

-----------------------------------------------------------------------------
\* The entry expires or is evicted. Redis loses its tail: with it go the promises of the stores that it lost.
Gone == /\ gone < MaxGone /\ redis.version # None
        /\ redis' = [NoEntry EXCEPT !.unannounced = redis.unannounced] /\ gone' = gone + 1
        /\ stands' = None /\ store' = [s \in Stores |-> [store[s] EXCEPT !.counts = FALSE]]
        /\ UNCHANGED <<saved, losses, stamp, last, overwrites, log, deaths, workerVars, timeVars, acked>>
Save == /\ losses < MaxLosses /\ saved # redis /\ saved' = redis
        /\ UNCHANGED <<redis, losses, stamp, last, overwrites, stands, log, storeVars, workerVars, timeVars, acked>>
Lose == /\ losses < MaxLosses /\ losses' = losses + 1
        /\ redis' = saved /\ stands' = Min(stands, saved.version)
        /\ acked' = Min(acked, saved.stamp) /\ due' = Min(due, saved.stamp)
        /\ store' = [s \in Stores |-> IF store[s].stamp > saved.stamp THEN [store[s] EXCEPT !.stamp = 0, !.counts = FALSE] ELSE store[s]]
        /\ UNCHANGED <<saved, stamp, last, overwrites, log, deaths, gone, workerVars, fresh>>

Next == \/ Age \/ Gone \/ Save \/ Lose
        \/ \E s \in Stores : \/ Write(s) \/ Announce(s) \/ Clear(s) \/ Acknowledge(s) \/ Die(s) \/ AdmitOwn(s)
                             \/ \E w \in Workers : Begin(s, w)
        \/ \E w \in Workers : \/ Follow(w) \/ StartLoad(w) \/ Load(w) \/ Admit(w) \/ BecomeFresh(w) \/ Lapse(w)
Spec == Init /\ [][Next]_vars

\* Longer than the bound after a store that wrote over an entry was acknowledged, no L1 answers with an older version.
ReplacedBounded == \A w \in Workers : (fresh[w].on /\ l1[w] # None) => last[l1[w]] >= due
\* An acknowledged store is not undone by an earlier one.
StoresStand == redis.version = None \/ redis.version >= stands

Alike == Permutations(Workers)
=============================================================================
