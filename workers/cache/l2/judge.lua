#!lua
-- Keep a verdict unless a later one on the same pairing stands; the oldest go when there are too many.
-- KEYS: verdicts (hash), their order (zset) · ARGV: pairing, Unix ms, JSON, most that are kept · 1: it stands
local stands = redis.call('ZSCORE', KEYS[2], ARGV[1])
if stands and tonumber(stands) > tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
local excess = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[4])
if excess > 0 then
  local oldest = redis.call('ZRANGE', KEYS[2], 0, excess - 1)
  for _, pairing in ipairs(oldest) do
    redis.call('HDEL', KEYS[1], pairing)
    redis.call('ZREM', KEYS[2], pairing)
  end
end
return 1
