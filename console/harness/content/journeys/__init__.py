"""What happens to patients, as linked messages: `pathways` says what, `case` and `laboratory` say it in HL7.

`hospital` runs hundreds of them side by side in one order of time. Same seed, same hospital.
"""
