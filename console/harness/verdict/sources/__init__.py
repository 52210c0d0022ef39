"""Systems that can be asked what they filed: our engine, any FHIR R4 server, Mirth Connect, a listener's capture."""
