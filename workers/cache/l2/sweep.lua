#!lua flags=allow-oom
-- Take vectors whose entries are gone out of the index.
-- KEYS: garbage, entry, vector, entry, vector, …   ARGV: members of the garbage, one for each pair
for i = 1, #ARGV do
  if redis.call('EXISTS', KEYS[2 * i]) == 0 then redis.call('UNLINK', KEYS[2 * i + 1]) end
  redis.call('SREM', KEYS[1], ARGV[i])
end
return #ARGV
