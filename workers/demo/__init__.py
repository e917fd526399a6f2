"""`semantic-cache demo`: a shop with two workers, on real Kafka and Redis, that checks what it shows."""
