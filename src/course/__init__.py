"""A hands-on course on Kubernetes ExternalName Services."""

import sys

# nbformat loads jsonschema, which would build a grammar of internationalised addresses: three seconds of each process,
# for a format that no notebook's schema has. What stands as None here is not found, and jsonschema goes on without it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
