#!lua flags=allow-oom
-- Remember a namespace, also when Redis is full: SADD alone would be refused, and with it the rule that follows.
-- KEYS: namespaces   ARGV: the namespace
return redis.call('SADD', KEYS[1], ARGV[1])
