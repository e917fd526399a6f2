#!lua flags=no-writes
-- The watermark, then what stands at each key, false where nothing does: one reply for many reads.
-- KEYS: meta, entries…  ARGV: the fields wanted, the answer first
local found = {redis.call('HGET', KEYS[1], 'watermark')}
for i = 2, #KEYS do
  local fields = redis.call('HMGET', KEYS[i], unpack(ARGV))
  found[i] = fields[1] and fields
end
return found
