"""The plumbing between Kafka and the cache: what is taken is answered, what is answered is committed, in this order.

channel      one request topic and how it is answered
stream       one channel's records: what is begun, what may be committed, when to take no more
inbox        bytes to requests; what cannot be read is put aside
request      one record on its way from its topic to its reply; request_spans: its trace
rejection    why a record cannot be processed, as a code and a sentence
outbox       letters to topics, many in one produce request
replies      results, errors and dead letters, each to its address
directory    which topics exist to reply to
topics       the topics of a deployment, created or checked
log_*        the coherence log: its records, its follower, its ends
"""
