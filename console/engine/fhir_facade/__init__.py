"""A read-only FHIR R4 face over the built-in store, for clients that know nothing of us (hl7.org/fhir/R4/http.html)."""
