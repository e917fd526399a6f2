#!lua
-- Write an entry unless a rule kills it. Ends its lease in any case: a refused leader must not keep others waiting.
-- KEYS: entry, vector, lease, unannounced, rules, all_of, meta
-- ARGV: id, fence, kept until (Unix ms), version, ordered (ms), tags, fingerprint, the model's entries live until (ms),
--       scope, vector, prompt, then fields and values of the rest
-- Returns: status, number of the killing rule or ''
local entry, vector, lease, unannounced, rules, all_of, meta = unpack(KEYS)
local id, fence_text, kept_until, version, ordered, tags = unpack(ARGV, 1, 6)
local fingerprint, model_until, scope, blob, prompt = unpack(ARGV, 7, 11)
local fence = tonumber(fence_text)

redis.call('DEL', lease)
local state = redis.call('HMGET', meta, 'floor', 'fp:' .. fingerprint)
if state[1] and fence < tonumber(state[1]) then return {'refused', ''} end
local killer = newest_kill(rules, all_of, fence, id, tags)
if killer then return {'refused', killer} end

local old = redis.call('HMGET', entry, 'x', 'f', 'o', 't')
if old[1] and tonumber(old[3]) > tonumber(ordered)
    and not newest_kill(rules, all_of, tonumber(old[2]), id, old[4]) then
  return {'superseded', ''}
end

-- An announcement that was begun stays due until it is confirmed, as long as a copy of what was overwritten may live.
local status = 'stored'
local due_until = redis.call('PEXPIRETIME', unannounced)
if old[1] and old[1] ~= version then
  due_until = math.max(due_until, redis.call('PEXPIRETIME', entry))
end
if due_until > 0 then
  status = 'replaced'
  redis.call('SET', unannounced, version, 'PXAT', string.format('%.0f', due_until))
end

-- The same answer known to be good at a later fence stays so.
if old[1] == version and tonumber(old[2]) > fence then fence_text = old[2] end
redis.call('HSET', entry, 'f', fence_text, 'x', version, 'o', ordered, 't', tags, 'p', prompt, unpack(ARGV, 12))
redis.call('PEXPIREAT', entry, kept_until)

-- Any write to a hash in the vector index costs an insertion into the graph, so an equal vector is left alone.
local known = redis.call('HMGET', vector, 'v', 'p')
if known[1] ~= blob or known[2] ~= prompt then
  redis.call('HSET', vector, 's', scope, 'v', blob, 'p', prompt)
end
redis.call('PEXPIREAT', vector, kept_until)

-- The first store of a namespace vouches for nothing below its fence: what is older is refused (floor).
if redis.call('HSETNX', meta, 'watermark', ARGV[2]) == 1 and fence > tonumber(state[1] or 0) then
  redis.call('HSET', meta, 'floor', ARGV[2])
end
if tonumber(state[2] or 0) < tonumber(model_until) then
  redis.call('HSET', meta, 'fp:' .. fingerprint, model_until)
end
return {status, ''}
