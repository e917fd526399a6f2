#!lua
-- The announcement of this version is in the log; a newer one that is still due stays due.
-- KEYS: unannounced…   ARGV: versions
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[i] then redis.call('DEL', KEYS[i]) end
end
return 1
