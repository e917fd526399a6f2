"""The one table of channels: every topic, what travels on it, and what a worker does with it."""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.topics import Topics
from workers.asyncapi import messages as m
from workers.asyncapi.messages import MessageSpec


@dataclass(frozen=True, slots=True)
class Operation:
    """What a worker does with a channel."""

    name: str
    summary: str
    is_grouped: bool = True
    """Receiving: whether workers share the records, or each reads all of them."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic."""

    name: str
    topic: Callable[[Topics], str]
    title: str
    description: str
    messages: tuple[MessageSpec, ...]
    receives: Operation | None = None
    sends: Operation | None = None
    replies_with: MessageSpec | None = None
    is_reserved: bool = False
    """Named by the contract, used by no worker yet."""


CHANNELS = (
    Channel(
        "lookupRequests",
        lambda topics: topics.lookup_requests,
        "Lookups",
        "Questions. Hits are answered at once; the others go to Redis, and a miss comes with what is needed to store "
        "the answer later.",
        (m.LOOKUP_REQUEST,),
        receives=Operation("receiveLookup", "Look for an answer, and reply."),
        replies_with=m.LOOKUP_RESULT,
    ),
    Channel(
        "lookupResults",
        lambda topics: topics.lookup_results,
        "Lookup results",
        "Replies to lookups that named no `reply_to`.",
        (m.LOOKUP_RESULT,),
        sends=Operation("sendLookupResult", "Reply where the request named no address."),
    ),
    Channel(
        "storeRequests",
        lambda topics: topics.store_requests,
        "Stores",
        "Answers to keep. A request that is delivered twice stores once.",
        (m.STORE_REQUEST,),
        receives=Operation("receiveStore", "Keep the answer unless it is stale, and reply."),
        replies_with=m.STORE_RESULT,
    ),
    Channel(
        "storeResults",
        lambda topics: topics.store_results,
        "Store results",
        "Replies to stores that named no `reply_to`.",
        (m.STORE_RESULT,),
        sends=Operation("sendStoreResult", "Reply where the request named no address."),
    ),
    Channel(
        "invalidationRequests",
        lambda topics: topics.invalidation_requests,
        "Invalidations",
        "What is no longer true. The reply comes when the matching answers are gone from Redis and the rule is in the "
        "log that every worker follows.",
        (m.INVALIDATION_REQUEST,),
        receives=Operation("receiveInvalidation", "Invalidate, and reply."),
        replies_with=m.INVALIDATION_RESULT,
    ),
    Channel(
        "invalidationResults",
        lambda topics: topics.invalidation_results,
        "Invalidation results",
        "Replies to invalidations that named no `reply_to`.",
        (m.INVALIDATION_RESULT,),
        sends=Operation("sendInvalidationResult", "Reply where the request named no address."),
    ),
    Channel(
        "productChanges",
        lambda topics: topics.product_changes,
        "Product changes",
        "Events of the catalogue: plain, or as CloudEvents 1.0 in either mode. Rules in the settings turn a change "
        "into tags, and the tags are invalidated. There is no reply.",
        (m.PRODUCT_CHANGE, m.PRODUCT_CHANGE_STRUCTURED, m.PRODUCT_CHANGE_BINARY),
        receives=Operation("receiveProductChange", "Turn the change into tags, and invalidate them."),
    ),
    Channel(
        "feedback",
        lambda topics: topics.feedback,
        "Feedback",
        "Verdicts on hits. A wrong one forbids that pairing of question and entry on all workers; a right one allows "
        "it again. There is no reply.",
        (m.FEEDBACK,),
        receives=Operation("receiveFeedback", "Forbid the pairing, or allow it again, and keep the verdict."),
    ),
    Channel(
        "refreshRequests",
        lambda topics: topics.refresh_requests,
        "Refresh requests",
        "For whoever computes answers: store a new one with this fence before the old one expires.",
        (m.REFRESH_REQUEST,),
        sends=Operation("sendRefreshRequest", "Ask for a new answer."),
        is_reserved=True,
    ),
    Channel(
        "coherence",
        lambda topics: topics.coherence,
        "Coherence",
        "A broadcast between workers, and the order of all invalidations: one partition, and every worker reads every "
        "record from its own position, in no group. Not for other services to write to.",
        (m.COHERENCE_RECORD,),
        receives=Operation("followCoherence", "Evict what the rule kills from memory.", is_grouped=False),
        sends=Operation("appendCoherence", "Append a rule; its offset is its place in the order."),
    ),
    Channel(
        "deadLetters",
        lambda topics: topics.dead_letters,
        "Dead letters",
        "Records that could not be processed, byte for byte, headers included.",
        (m.DEAD_LETTER,),
        sends=Operation("sendDeadLetter", "Put the record aside; the rest of its batch goes on."),
    ),
)
