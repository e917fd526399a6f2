-------------------------------- MODULE Rules --------------------------------
(* What a rule says, and which entries it kills: the one predicate of the protocol.

   Offsets count from 0. A position P is the number of rules seen, so it is also the offset of the next one.
   The fence F of an entry says: all rules below F had been seen when its source data was read. *)
EXTENDS Integers

AnyOf(tags)   == [kind |-> "any", of |-> tags]
AllOf(tags)   == [kind |-> "all", of |-> tags]
OnlyIds(ids)  == [kind |-> "ids", of |-> ids]
Everything    == [kind |-> "everything", of |-> {}]

\* An entry is a record with at least `id`, `tags` and `fence`.
Matches(rule, e) == CASE rule.kind = "any" -> rule.of \cap e.tags # {}
                      [] rule.kind = "all" -> rule.of \subseteq e.tags
                      [] rule.kind = "ids" -> e.id \in rule.of
                      [] OTHER             -> TRUE

Kills(n, rule, e) == n >= e.fence /\ Matches(rule, e)
=============================================================================
