-- Who this Redis is, and whose entries it may hold.

-- Names this run of the server: after a restart or a failover it is another, and the tail of the writes may be gone.
local function incarnation()
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
  local line = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or ''
  return run .. '/' .. line
end

-- The incarnation, then the fingerprints of the models whose entries have not all expired.
local function census(meta)
  local reply = {incarnation()}
  local now = redis.call('TIME')
  local now_ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
  local fields = redis.call('HGETALL', meta)
  for i = 1, #fields, 2 do
    local fingerprint = string.match(fields[i], '^fp:(.+)$')
    if fingerprint then
      if tonumber(fields[i + 1]) > now_ms then
        reply[#reply + 1] = fingerprint
      else
        redis.call('HDEL', meta, fields[i])
      end
    end
  end
  return reply
end
