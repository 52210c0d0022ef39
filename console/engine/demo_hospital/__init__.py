"""The demo hospital: a small simulated hospital that sends real HL7 over the real socket.

`synthetic` knows who lives there and what can be ordered, `messages` writes the HL7, `pathways` what happens to one
patient, `day` the whole hospital in time order with its planted incidents, `player` sends it. Same seed, same hospital.
"""
