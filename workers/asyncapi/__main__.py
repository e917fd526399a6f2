"""`python -m workers.asyncapi > asyncapi.yaml`: the document of the default settings."""

import sys

from workers.asyncapi.document import build_document, to_yaml

sys.stdout.write(to_yaml(build_document()))
