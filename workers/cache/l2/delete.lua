#!lua flags=allow-oom
-- Delete those of the given entries that the rule kills, each checked again here; then, if asked, mark the rule applied.
-- KEYS: garbage, applied, entries…
-- ARGV: number, kind ('any', 'all', 'these' for keys that are the rule's own), incarnation, mark or '',
--       'kill' or 'count', length of the entry prefix, tokens…
-- Returns: how many, -1 if this is another incarnation than the one that was told the rule
local number, kind, expected, mark = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local is_dry, prefix_length = ARGV[5] == 'count', tonumber(ARGV[6])
if not is_dry and incarnation() ~= expected then return -1 end

local function matches(joined)
  if kind == 'these' then return true end
  local tags = to_set(joined)
  if kind == 'all' then return has_all(ARGV[7], tags) end
  for i = 7, #ARGV do
    if tags[ARGV[i]] then return true end
  end
  return false
end

local killed = 0
for i = 3, #KEYS do
  local entry = redis.call('HMGET', KEYS[i], 'f', 't')
  if entry[1] and tonumber(entry[1]) <= number and matches(entry[2]) then
    killed = killed + 1
    if not is_dry then
      redis.call('UNLINK', KEYS[i])
      redis.call('SADD', KEYS[1], string.sub(KEYS[i], prefix_length + 1))
    end
  end
end
if mark ~= '' then redis.call('ZADD', KEYS[2], ARGV[1], mark) end
return killed
