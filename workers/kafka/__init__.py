"""The plumbing between Kafka and the cache: what is taken is answered, what is answered is committed, in this order.

channel      one request topic and how it is answered
broker       FastStream's subscribers, one a channel; consumer: theirs, which waits for room
stream       one channel here: when to take no more, when to commit; in_flight: what is begun, and the watermark
inbox        bytes to requests; what cannot be read is put aside
request      one record on its way from its topic to its reply; request_spans: its trace
rejection    why a record cannot be processed, as a code and a sentence
replies      results, errors and dead letters, each to its address; encoding: results as bytes
outbox       letters to topics, many in one produce request
directory    which topics exist to reply to
connection   how brokers are reached, for every part that talks to one; security: what of it can be set
topics       the topics of a deployment, created or checked; topic_plan: what each must be; cluster: who is asked
log_*        the coherence log: records, writer, follower, ends, freshness
"""
