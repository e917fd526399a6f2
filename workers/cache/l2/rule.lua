#!lua flags=allow-oom
-- Write a rule, so that from now on no store can pass it; a full Redis may not stop it, for deletions follow.
-- KEYS: rules, all_of, meta   ARGV: number, 'any' or 'all', tokens…
-- Returns: incarnation, then the fingerprints of the models that may have entries here
local rules, all_of, meta = unpack(KEYS)
local number, kind = ARGV[1], ARGV[2]
if kind == 'all' then
  redis.call('ZADD', all_of, 'GT', number, ARGV[3])
else
  for i = 3, #ARGV do redis.call('ZADD', rules, 'GT', number, ARGV[i]) end
end
return census(meta)
