"""What Kafka is fetched by (`pom.xml`) and checked by (`jars.sha256`)."""
