"""Who is who: the patient spine."""
