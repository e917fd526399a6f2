#!lua flags=allow-oom
-- Raise the watermark if everything that the caller found applied still is; drop what nobody asks for any more.
-- KEYS: meta, applied, rules, all_of   ARGV: watermark, since, trim below, marks…
-- Returns: 1, or 0 if something is missing
local meta, applied, rules, all_of = unpack(KEYS)
local state = redis.call('HMGET', meta, 'watermark', 'floor')
local current = tonumber(state[1] or 0)
if current < tonumber(ARGV[2]) then return 0 end
-- Found without a watermark, and with one by now: a first store came in between, under rules not looked for.
if tonumber(ARGV[2]) == 0 and current > 0 then return 0 end
for i = 4, #ARGV do
  if not redis.call('ZSCORE', applied, ARGV[i]) then return 0 end
end
if not state[1] or current < tonumber(ARGV[1]) then redis.call('HSET', meta, 'watermark', ARGV[1]) end
local trim = tonumber(ARGV[3])
if trim > 0 then
  if tonumber(state[2] or 0) < trim then redis.call('HSET', meta, 'floor', ARGV[3]) end
  for _, key in ipairs({applied, rules, all_of}) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. ARGV[3])
  end
end
return 1
