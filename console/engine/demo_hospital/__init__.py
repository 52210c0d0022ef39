"""The demo hospital: a small simulated hospital that sends real HL7 over the real socket.

`people` makes who, `catalogue` what can be ordered, `messages` the HL7, `pathways` what happens to one patient,
`day` the whole hospital in time order with its planted incidents, `player` sends it. Same seed, same hospital.
"""
