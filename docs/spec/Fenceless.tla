------------------------------ MODULE Fenceless ------------------------------
(* A store without a fence. All that is known of its answer is when its record was appended to the topic of stores:
   every rule appended after that must be able to kill it. The two topics stamp their records with the time of
   appending, but their leaders may be two brokers with two clocks.

   One store and the rules that match it. What was invalidated after the answer was computed and before its record
   was appended cannot be known here: that is what fences are for. *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS MaxTime, MaxLog,
          Skew                  \* clocks of brokers run ahead of the true time by 0..Skew, and change with the leader

CONSTANTS \* the safeguards
    FenceByTime,                \* the fence is the first remembered rule that is not older than the record; off: the position
    TiesKill,                   \* a rule with the very timestamp of the record is not older than it
    AllowForSkew,               \* the record is taken to be as much older as clocks may differ
    RefuseBeyondMemory,         \* refused, if rules have been forgotten that are not surely older than the record
    RetryWhileUnknown           \* refused by a rule that the worker had not seen: tried again when it has

VARIABLES now,
          log,                  \* timestamps of the rules
          redisRule,            \* the newest rule written to Redis, -1: none
          record,               \* [at, stamp, before: rules appended before it; fence, position: of its last try]
          position, memory      \* of the one worker: it remembers memory..position - 1
vars == <<now, log, redisRule, record, position, memory>>

Init == /\ now = 0 /\ log = <<>> /\ redisRule = -1 /\ position = 0 /\ memory = 0
        /\ record = [at |-> "none", stamp |-> 0, before |-> 0, fence |-> 0, position |-> 0]

Stamp(n) == log[n + 1]
Tick == /\ now < MaxTime /\ now' = now + 1 /\ UNCHANGED <<log, redisRule, record, position, memory>>
AppendRule(ahead) == /\ Len(log) < MaxLog /\ log' = Append(log, now + ahead)
                     /\ UNCHANGED <<now, redisRule, record, position, memory>>
WriteRule == /\ redisRule < Len(log) - 1 /\ redisRule' = redisRule + 1
             /\ UNCHANGED <<now, log, record, position, memory>>
Follow == /\ position < Len(log) /\ position' = position + 1 /\ UNCHANGED <<now, log, redisRule, record, memory>>
Forget == /\ memory < position /\ memory' = memory + 1 /\ UNCHANGED <<now, log, redisRule, record, position>>

Send(ahead) == /\ record.at = "none"
               /\ record' = [record EXCEPT !.at = "sent", !.stamp = now + ahead, !.before = Len(log)]
               /\ UNCHANGED <<now, log, redisRule, position, memory>>

Since == record.stamp - (IF AllowForSkew THEN Skew ELSE 0)
NotOlder(n) == IF TiesKill THEN Stamp(n) >= Since ELSE Stamp(n) > Since
Remembered == memory..(position - 1)
BeyondMemory == \E n \in 0..(memory - 1) : NotOlder(n)
Fence == LET younger == {n \in Remembered : NotOlder(n)}
         IN IF ~FenceByTime \/ younger = {} THEN position ELSE CHOOSE n \in younger : \A m \in younger : n <= m
Try == /\ record.at = "sent"
       /\ record' = IF RefuseBeyondMemory /\ BeyondMemory THEN [record EXCEPT !.at = "refused"]
                    ELSE [record EXCEPT !.at = "tried", !.fence = Fence, !.position = position]
       /\ UNCHANGED <<now, log, redisRule, position, memory>>
\* The script answers which rule kills: the newest that Redis holds.
Script == /\ record.at = "tried"
          /\ LET unknown == redisRule >= record.position
             IN record' = IF redisRule < record.fence THEN [record EXCEPT !.at = "stored"]
                          ELSE IF RetryWhileUnknown /\ unknown THEN [record EXCEPT !.at = "waits"]
                          ELSE [record EXCEPT !.at = "refused"]
          /\ UNCHANGED <<now, log, redisRule, position, memory>>
Again == /\ record.at = "waits" /\ position > record.position
         /\ record' = [record EXCEPT !.at = "sent"]
         /\ UNCHANGED <<now, log, redisRule, position, memory>>

Next == \/ Tick \/ WriteRule \/ Follow \/ Forget \/ Try \/ Script \/ Again
        \/ \E ahead \in 0..Skew : AppendRule(ahead) \/ Send(ahead)
Spec == Init /\ [][Next]_vars

\* Every rule that was appended after the record kills the entry.
FencelessNotTooYoung == record.at = "stored" => record.fence <= record.before
\* It is refused only for a rule that may be younger than the record.
FencelessRefusedForCause == record.at = "refused" => \E n \in 0..(Len(log) - 1) : Stamp(n) >= record.stamp - Skew
=============================================================================
