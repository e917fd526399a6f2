-- What a rule kills: the twin of workers/cache/rules.py, in front of the scripts that must be atomic with it.
-- Tokens: 't<hash>' names a tag, 'i<id>' an entry, '*' everything. An entry's tags are one string, joined by commas.

local function to_set(joined)
  local set = {}
  for token in string.gmatch(joined, '[^,]+') do set[token] = true end
  return set
end

-- Whether all tokens of an all-of rule are among the entry's.
local function has_all(joined, tags)
  for token in string.gmatch(joined, '[^,]+') do
    if not tags[token] then return false end
  end
  return true
end

-- The newest rule at or above the fence that names the entry, as text, else false. Numbers travel as text:
-- Lua would print a number above 10^14 rounded.
local function newest_kill(rules, all_of, fence, id, joined)
  local names = {'*', 'i' .. id}
  for token in string.gmatch(joined, '[^,]+') do names[#names + 1] = token end
  local newest = false
  for _, score in ipairs(redis.call('ZMSCORE', rules, unpack(names))) do
    if score and tonumber(score) >= fence and (not newest or tonumber(score) > tonumber(newest)) then
      newest = score
    end
  end
  local tags = to_set(joined)
  local younger = redis.call('ZRANGE', all_of, '+inf', string.format('%.0f', fence), 'BYSCORE', 'REV', 'WITHSCORES')
  for i = 1, #younger, 2 do
    if newest and tonumber(younger[i + 1]) <= tonumber(newest) then break end
    if has_all(younger[i], tags) then return younger[i + 1] end
  end
  return newest
end
