#!lua flags=allow-oom
-- First and last step of forgetting; the entries are deleted in between.
-- KEYS: meta, rules, all_of, applied   ARGV: 'begin' or 'end', 'all' or 'older', floor, watermark, incarnation
-- Returns: on 'begin' the census; on 'end' 1, or 0 if this is another incarnation than at the beginning
local meta, rules, all_of, applied = unpack(KEYS)
local step, extent, floor, watermark = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if step == 'begin' then
  if extent == 'all' then
    redis.call('DEL', rules, all_of, applied)
    redis.call('HDEL', meta, 'watermark')
    redis.call('HSET', meta, 'floor', floor)
  elseif tonumber(redis.call('HGET', meta, 'floor') or 0) < tonumber(floor) then
    redis.call('HSET', meta, 'floor', floor)
  end
  return census(meta)
end
if incarnation() ~= ARGV[5] then return 0 end
local current = redis.call('HGET', meta, 'watermark')
if extent == 'all' or not current or tonumber(current) < tonumber(watermark) then
  redis.call('HSET', meta, 'watermark', watermark)
end
return 1
